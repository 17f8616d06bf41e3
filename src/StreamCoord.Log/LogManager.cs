using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Log.Appending;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Log;

/// <summary>
/// All logs of a silo. Owns the disk threads and the directory <c>logs</c> of the data directory, where each partition has
/// <c>&lt;topic id&gt;/&lt;partition&gt;</c>. Safe for concurrent use. Disposing it makes everything durable and closes all files.
/// </summary>
public sealed class LogManager : ILogDirectory, IAsyncDisposable
{
    private readonly LogContext _context;
    private readonly string _dataDirectory;
    private readonly ConcurrentDictionary<(TopicId, int), PartitionLog> _logs = new();
    private readonly ITimer _idleTimer;
    private bool _isDisposed;
    private readonly TimeSpan _idle;
    private readonly Action? _fellIdle;
    private readonly TopicId? _ungated;

    /// <summary>Starts the disk threads; opens no log.</summary>
    /// <param name="disk">The file system.</param>
    /// <param name="dataDirectory">Where <c>logs</c> lies.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures and recoveries are reported.</param>
    /// <param name="fellIdle">Called, on a pool thread, when the last log in use was closed for being idle.</param>
    /// <param name="ungated">The topic whose appends <see cref="Gate"/> does not hold back; null for none.</param>
    public LogManager(
        ILogDisk disk, string dataDirectory, LogOptions options, TimeProvider time, ILogger<LogManager> logger, Action? fellIdle = null, TopicId? ungated = null)
    {
        (_fellIdle, _ungated) = (fellIdle, ungated);
        _dataDirectory = dataDirectory;
        Path = System.IO.Path.Combine(dataDirectory, LogLayout.Root);
        _context = new LogContext(disk, new LogIo(options.AppendThreads, options.ReadThreads), options, time, logger, new LogMetrics(), new MaintenancePause(time));
        Gate = new AppendGate(time);
        _idle = TimeSpan.FromMilliseconds(options.IdleCloseMs);
        _idleTimer = time.CreateTimer(_ => _ = CloseIdleAsync(), null, _idle / 2, _idle / 2);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public Task<VolumeSize> MeasureAsync() => _context.Io.Reads.RunAsync(() => _context.Disk.MeasureVolume(_dataDirectory));

    /// <summary>What holds back appends.</summary>
    public AppendGate Gate { get; }

    /// <summary>What keeps retention and compaction away.</summary>
    public MaintenancePause Pause => _context.Pause;

    internal LogIo Io => _context.Io;

    /// <summary>The log of a partition. Cheap: nothing is read or created before it is used.</summary>
    public PartitionLog Get(TopicId topicId, int partition, LogConfig config)
    {
        PartitionLog log = _logs.GetOrAdd((topicId, partition), static (key, arguments) =>
            arguments.Self.Make(key.Item1, key.Item2, arguments.Config), (Self: this, Config: config));
        log.Config = config;
        return log;
    }

    /// <summary>Whether the disk has files of a partition.</summary>
    public Task<bool> ExistsAsync(TopicId topicId, int partition) => _context.Io.Maintenance.RunAsync(() => _context.Disk.List(DirectoryOf(topicId, partition)).Count > 0);

    /// <summary>Does work that waits for the disk and is in no hurry on the maintenance thread, where compaction runs too.</summary>
    public Task RunMaintenanceAsync(Action action) => _context.Io.Maintenance.RunAsync(action);

    /// <summary>Deletes a partition's log for good.</summary>
    public async Task RemoveAsync(TopicId topicId, int partition)
    {
        await Get(topicId, partition, LogConfig.Default).RemoveAsync();
        _logs.TryRemove((topicId, partition), out _);
    }

    /// <summary>Closes every log. Calling it again has no effect: containers do, for each name that they know it by.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }
        Gate.Retire();
        await _idleTimer.DisposeAsync();
        await Task.WhenAll(_logs.Values.Where(log => log.IsInUse).Select(log => log.CloseAsync()));
        _context.Io.Dispose();
        _context.Metrics.Dispose();
    }

    private PartitionLog Make(TopicId topicId, int partition, LogConfig config) =>
        new(_context, DirectoryOf(topicId, partition), config, topicId == _ungated ? null : Gate);

    private string DirectoryOf(TopicId topicId, int partition) => System.IO.Path.Combine(_dataDirectory, LogLayout.DirectoryOf(topicId, partition));

    private async Task CloseIdleAsync()
    {
        PartitionLog[] open = [.. _logs.Values.Where(log => log.IsOpen)];
        if (open.Length == 0)
        {
            return;
        }
        try
        {
            bool[] closed = await Task.WhenAll(open.Select(log => log.CloseIfIdleAsync(_idle)));
            if (closed.All(isClosed => isClosed))
            {
                _fellIdle?.Invoke();
            }
        }
        catch (ObjectDisposedException)
        {
            // The silo is stopping, which closes every log.
        }
    }
}
