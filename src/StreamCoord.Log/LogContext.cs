using Microsoft.Extensions.Logging;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log;

/// <summary>What all logs of a silo share. Immutable.</summary>
/// <param name="Disk">The file system.</param>
/// <param name="Io">The threads that use it.</param>
/// <param name="Options">Limits and times.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where failures and recoveries are reported.</param>
/// <param name="Metrics">Where everything is counted.</param>
internal sealed record LogContext(ILogDisk Disk, LogIo Io, LogOptions Options, TimeProvider Time, ILogger Logger, LogMetrics Metrics)
{
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
