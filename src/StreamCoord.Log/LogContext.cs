using Microsoft.Extensions.Logging;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log;

/// <summary>What all logs of a silo share. Immutable but for what it names.</summary>
/// <param name="Disk">The file system.</param>
/// <param name="Io">The threads that use it.</param>
/// <param name="Options">Limits and times.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where failures and recoveries are reported.</param>
/// <param name="Metrics">Where everything is counted.</param>
/// <param name="Pause">Whether maintenance has to wait.</param>
internal sealed record LogContext(ILogDisk Disk, LogIo Io, LogOptions Options, TimeProvider Time, ILogger Logger, LogMetrics Metrics, MaintenancePause Pause)
{
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
