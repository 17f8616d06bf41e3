using Microsoft.Extensions.Logging;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Coordinators;

/// <summary>
/// The only writer to one partition of a coordinator's topic, for one term. Records that come while others are on their way to the disk are written together.
/// </summary>
/// <remarks>
/// Safe for concurrent use: all that live in the partition share it. A finished append without an error is durable on the in-sync replicas, and its <c>apply</c> has run; they run in the
/// order of the log, one at a time. A failed append ends the term, because its outcome is not known: the next one reads the log anew, under an epoch that keeps late writes of this one out. Only
/// what the log refuses because of a producer's or coordinator's epoch is known to have been left out.
/// </remarks>
internal sealed partial class CoordinatorLog(IPartitionGrain log, LeaderEpoch epoch, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>The largest batch, which is what one request writes: offsets of some hundred thousand partitions, or the metadata of ten thousand members.</summary>
    public const int BatchBytesMax = 16 * 1024 * 1024;

    private const int GroupBytesMax = BatchBytesMax;

    private readonly Lock _lock = new();
    private readonly Queue<AppendGroup> _waiting = new();
    private readonly RecordBatchBuilder _builder = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AppendGroup? _gathering;
    private bool _isAppending;

    /// <summary>The term, which is the leader epoch of the partition.</summary>
    public LeaderEpoch Epoch => epoch;

    /// <summary>Ends when no more is written in this term.</summary>
    public Task Ended => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>
    /// Writes records, all or none. <see cref="ErrorCode.None"/> when they are durable and <paramref name="apply"/> has run with the offset of the first; <see cref="ErrorCode.MessageTooLarge"/> when they are too
    /// many for one batch; else the term has ended.
    /// </summary>
    public Task<ErrorCode> AppendAsync(IReadOnlyList<CoordinatorRecord> records, Action<Offset> apply) => AppendAsync(records, apply, null);

    /// <summary>
    /// Writes records that count only when the producer's transaction is committed, all or none. As the other one; <see cref="ErrorCode.InvalidProducerEpoch"/> when a newer epoch of the producer was seen.
    /// </summary>
    public Task<ErrorCode> AppendAsync(IReadOnlyList<CoordinatorRecord> records, Action<Offset> apply, (long Id, short Epoch)? producer)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return Task.FromResult(ErrorCode.NotCoordinator);
            }
            (_builder.ProducerId, _builder.ProducerEpoch) = producer ?? (-1, -1);
            _builder.IsTransactional = producer is not null;
            long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (CoordinatorRecord record in records)
            {
                _builder.Append(nowMs, record.Key, record.Value);
            }
            if (_builder.SizeBytes > BatchBytesMax)
            {
                _builder.Reset();
                return Task.FromResult(ErrorCode.MessageTooLarge);
            }
            AppendGroup group = Gather(_builder.SizeBytes, isAlone: producer is not null);
            _builder.BuildInto(group.Bytes);
            return Add(group, records.Count, apply);
        }
    }

    /// <summary>
    /// Ends a producer's transaction in this partition. As the others; <see cref="ErrorCode.InvalidProducerEpoch"/> and <see cref="ErrorCode.TransactionCoordinatorFenced"/> when newer epochs were seen.
    /// </summary>
    public Task<ErrorCode> AppendMarkerAsync(ProducerMarker end, Action<Offset> apply)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return Task.FromResult(ErrorCode.NotCoordinator);
            }
            using RecordData batch = new TransactionMarker(end.IsCommit, end.CoordinatorEpoch).ToBatch(end.ProducerId, end.ProducerEpoch, time.GetUtcNow().ToUnixTimeMilliseconds());
            AppendGroup group = Gather(batch.Bytes.Length, isAlone: true);
            group.Bytes.Write(batch.Bytes.Span);
            return Add(group, 1, apply);
        }
    }

    /// <summary>Ends the term; whoever waits for a write hears that its outcome is not known.</summary>
    public void Dispose() => End(null);

    // What the log may refuse without ending the term travels alone, so that nothing else is refused with it.
    private AppendGroup Gather(int sizeBytes, bool isAlone)
    {
        if (_gathering is null || isAlone || _gathering.IsAlone || _gathering.Bytes.WrittenBytes + sizeBytes > GroupBytesMax)
        {
            _waiting.Enqueue(_gathering = new AppendGroup(isAlone));
        }
        return _gathering;
    }

    private Task<ErrorCode> Add(AppendGroup group, int recordCount, Action<Offset> apply)
    {
        group.Applies.Add((group.RecordCount, apply));
        group.RecordCount += recordCount;
        if (!_isAppending)
        {
            _isAppending = true;
            _ = Task.Run(AppendWaitingAsync);
        }
        return group.Done.Task;
    }

    private async Task AppendWaitingAsync()
    {
        while (TakeWaiting() is { } group)
        {
            (ErrorCode error, string? problem) = await TryAppendAsync(group);
            if (problem is not null)
            {
                End(problem);
            }
            group.Done.SetResult(error);
        }
    }

    private AppendGroup? TakeWaiting()
    {
        lock (_lock)
        {
            if (HasEnded || !_waiting.TryDequeue(out AppendGroup? group))
            {
                _isAppending = false;
                return null;
            }
            _gathering = ReferenceEquals(_gathering, group) ? null : _gathering;
            return group;
        }
    }

    private async Task<(ErrorCode Error, string? Problem)> TryAppendAsync(AppendGroup group)
    {
        using var data = new RecordData(group.Bytes, group.Bytes.WrittenBytes);
        try
        {
            AppendReply reply = await log.Append(new AppendRequest(data, RequiredAcks.All, epoch));
            if (group.IsAlone && reply.Error is ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced)
            {
                return (reply.Error, null);
            }
            if (reply.Error != ErrorCode.None)
            {
                return (ErrorCode.NotCoordinator, reply.Message ?? reply.Error.WireName());
            }
            foreach ((int recordsBefore, Action<Offset> apply) in group.Applies)
            {
                apply(reply.BaseOffset + recordsBefore);
            }
            return (ErrorCode.None, null);
        }
#pragma warning disable CA1031 // Whatever it is, the outcome is not known, and the term must end.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (ErrorCode.NotCoordinator, exception.Message);
        }
    }

    // Without a reason it is the silo that stops.
    private void End(string? reason)
    {
        lock (_lock)
        {
            if (!_ended.TrySetResult())
            {
                return;
            }
            foreach (AppendGroup group in _waiting)
            {
                group.Bytes.Dispose();
                group.Done.SetResult(ErrorCode.NotCoordinator);
            }
            _waiting.Clear();
            _builder.Dispose();
        }
        if (reason is not null)
        {
            LogEnded(logger, epoch, reason);
        }
    }

    [LoggerMessage(2601, LogLevel.Warning, "Term {Epoch} of a coordinator has ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, LeaderEpoch epoch, string reason);

    /// <summary>Batches that are written by one append.</summary>
    private sealed class AppendGroup(bool isAlone)
    {
        public bool IsAlone => isAlone;

        public PooledBuffer Bytes { get; } = new();

        public List<(int RecordsBefore, Action<Offset> Apply)> Applies { get; } = [];

        public int RecordCount { get; set; }

        public TaskCompletionSource<ErrorCode> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
