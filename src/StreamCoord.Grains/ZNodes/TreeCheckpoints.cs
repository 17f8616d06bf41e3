using Microsoft.Extensions.Logging;
using StreamCoord.Coordination.Tree;
using StreamCoord.Log;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Writes the tree, without its data, to a file from time to time, so that a start reads that and the end of the log instead of the whole log. A checkpoint is an
/// optimisation: when it is missing or damaged the log alone gives the same tree.
/// </summary>
/// <remarks>
/// Owns the directory <c>znodes</c> of the data directory. Called by the feed only; the writing runs beside it. Only when a checkpoint is durable may compaction touch the log below it.
/// </remarks>
internal sealed partial class TreeCheckpoints(
    LogManager logs, CheckpointFiles files, TreePreload preload, TreeLog log, ZNodeOptions options, ILogger<TreeCheckpoints> logger)
{
    // A start reads this much of the log faster than a checkpoint is written.
    private const long ClosingBytesMin = 1024 * 1024;

    private Task _making = Task.CompletedTask;
    private long _bytesSince;
    private ZNodeTree _tree = null!;

    /// <summary>The tree of the newest sound checkpoint that fits the log; an empty one when there is none.</summary>
    public async Task<ZNodeTree> LoadAsync(Offset logStart, Offset logEnd)
    {
        ZNodeTree? preloaded = await preload.TakeAsync();
        await logs.RunMaintenanceAsync(() => _tree = Find(preloaded, logStart, logEnd));
        if (_tree.NextOffset > Offset.Zero)
        {
            log.SetCompactionLimit(_tree.NextOffset);
        }
        return _tree;
    }

    private ZNodeTree Find(ZNodeTree? preloaded, Offset logStart, Offset logEnd)
    {
        foreach (Offset offset in files.List())
        {
            if (offset >= logStart && offset <= logEnd && (preloaded?.NextOffset == offset ? preloaded : files.TryRead(offset)) is { } tree)
            {
                return tree;
            }
            LogUnusable(logger, offset);
        }
        return new ZNodeTree();
    }

    /// <summary>Notes how much of the log was applied, and begins a checkpoint when that is much.</summary>
    public void Applied(int bytes)
    {
        _bytesSince += bytes;
        if (_bytesSince >= options.CheckpointBytes && _making.IsCompleted)
        {
            _bytesSince = 0;
            _making = MakeAsync();
        }
    }

    /// <summary>Ends the work under way, and makes a last checkpoint when the next start would read much.</summary>
    public async Task CompleteAsync()
    {
        await _making;
        if (_bytesSince >= ClosingBytesMin)
        {
            await MakeAsync();
        }
    }

    private async Task MakeAsync()
    {
        try
        {
            Offset offset = default;
            await logs.RunMaintenanceAsync(() => offset = files.Write(_tree));
            await log.AllowCompactionAsync(offset);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            LogFailed(logger, exception, exception.Message);
        }
    }

    [LoggerMessage(2441, LogLevel.Warning, "The checkpoint at offset {Offset} of the znode tree is damaged or does not fit the log; an older one or the log alone is used.")]
    private static partial void LogUnusable(ILogger logger, Offset offset);

    [LoggerMessage(2442, LogLevel.Error, "A checkpoint of the znode tree could not be written; the next one is tried later: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason);
}
