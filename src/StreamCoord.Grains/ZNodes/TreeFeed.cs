using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamCoord.Coordination.Tree;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Keeps this silo's committed tree: loads it from the newest checkpoint, then takes the committed batches of the log in their order, one transaction after another, and
/// so moves the silo's applied zxid. One per silo.
/// </summary>
/// <remarks>
/// Owns the tree. Its waits may be used by anybody at any time. Always applied zxid &lt;= newest committed zxid; a batch is applied whole or not at all. A damaged log ends it for
/// good: every wait fails then, because a tree with a hole is worse than none.
/// </remarks>
internal sealed partial class TreeFeed(TreeLog log, TreeCheckpoints checkpoints, TreeMetrics metrics, TimeProvider time, ILogger<TreeFeed> logger) : IHostedService, IDisposable
{
    private const int ReadBytesMax = 1024 * 1024;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly Milestones _applied = new();
    private readonly Milestones _offsets = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    /// <summary>The committed tree; an empty one until <see cref="Loaded"/>.</summary>
    public ZNodeTree Tree { get; private set; } = new();

    /// <summary>Ends when the tree has everything that the log held at the start.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>The newest transaction that the log held at the start.</summary>
    public Zxid LoadedZxid { get; private set; }

    /// <summary>Ends when a transaction is applied.</summary>
    public Task WaitAppliedAsync(Zxid zxid) => Tree.Applied >= zxid ? Task.CompletedTask : _applied.WaitAsync(zxid.Value);

    /// <summary>Ends when everything below an offset is applied.</summary>
    public Task WaitOffsetAsync(Offset offset) => _offsets.WaitAsync(offset.Value);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        // Whoever waits for a write to be seen here would wait until the process ends.
        using CancellationTokenRegistration left = log.Left.UnsafeRegister(_ => _stopping.Cancel(), null);
        try
        {
            await LoadAsync();
            _loaded.TrySetResult();
            while (true)
            {
                await log.WaitForRecordsAsync(Tree.NextOffset, _stopping.Token);
                await TryApplyNextAsync();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            End(new OperationCanceledException("The silo is stopping."));
            await checkpoints.CompleteAsync();
        }
#pragma warning disable CA1031 // Whatever it is, everybody who waits must hear of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(logger, exception, exception.Message);
            End(exception);
        }
    }

    private void End(Exception reason)
    {
        _loaded.TrySetException(reason);
        _applied.Fail(reason);
        _offsets.Fail(reason);
    }

    private async Task LoadAsync()
    {
        await log.RecoverAsync(_stopping.Token);
        Tree = await checkpoints.LoadAsync(log.StartOffset, log.EndOffset);
        Offset checkpoint = Tree.NextOffset;
        Offset end = log.EndOffset;
        while (Tree.NextOffset < end)
        {
            await TryApplyNextAsync();
        }
        lock (Tree.Gate)
        {
            Tree.CompleteLoad();
        }
        LoadedZxid = Tree.Applied;
        Announce();
        metrics.Observe(Tree, () => log.EndOffset);
        LogLoaded(logger, Tree.NodeCount, Tree.Applied, checkpoint, Tree.NextOffset);
    }

    private async Task TryApplyNextAsync()
    {
        try
        {
            await ApplyNextAsync();
        }
        catch (CoordinationUnavailableException unavailable)
        {
            LogUnavailable(logger, unavailable.Message);
            await Task.Delay(RetryPause, time, _stopping.Token);
        }
    }

    private async Task ApplyNextAsync()
    {
        using RecordData data = await log.ReadAsync(Tree.NextOffset, ReadBytesMax);
        Apply(data.Bytes.Span);
        checkpoints.Applied(data.Bytes.Length);
        Announce();
    }

    private void Announce()
    {
        _offsets.Reach(Tree.NextOffset.Value);
        _applied.Reach(Tree.Applied.Value);
    }

    private void Apply(ReadOnlySpan<byte> bytes)
    {
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            using var records = new RecordReader(batch);
            lock (Tree.Gate)
            {
                while (records.MoveNext(out RecordView record))
                {
                    Tree.Apply(record.Key.Span, record.Value.Span, record.Value.IsNull, record.Offset);
                }
                Tree.CompleteBatch(header.NextOffset);
            }
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "The znode tree is loaded: {NodeCount} znodes at zxid {Zxid}, from a checkpoint at offset {Checkpoint} and the log up to {End}.")]
    private static partial void LogLoaded(ILogger logger, int nodeCount, Zxid zxid, Offset checkpoint, Offset end);

    [LoggerMessage(2403, LogLevel.Warning, "The znode tree cannot be followed now; it is tried again: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);

    [LoggerMessage(2402, LogLevel.Critical, "The znode tree is not served any more: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason);
}
