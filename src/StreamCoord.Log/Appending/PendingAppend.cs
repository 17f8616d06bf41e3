using StreamCoord.Partitions;

namespace StreamCoord.Log.Appending;

/// <summary>
/// One append on its way: made by the caller, filled by the log's writer, answered once. Not safe for concurrent use; it is
/// handed over through the queue.
/// </summary>
internal sealed class PendingAppend(AdmittedBatch[] batches, int sizeBytes, RequiredAcks acks, long logAppendTimeMs)
{
    private readonly TaskCompletionSource<AppendReply> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AdmittedBatch[] Batches => batches;

    public int SizeBytes => sizeBytes;

    public RequiredAcks Acks => acks;

    /// <summary>The only epoch in which it may be written; null for any.</summary>
    public LeaderEpoch? OnlyEpoch { get; init; }

    /// <summary>True for what a coordinator of the service writes: other rules hold for its producers.</summary>
    public bool IsFromCoordinator { get; init; }

    /// <summary>When it was queued, by the log's clock.</summary>
    public long QueuedTimestamp { get; set; }

    public Offset BaseOffset { get; set; } = Offset.None;

    public Offset LastOffset { get; set; } = Offset.None;

    public Task<AppendReply> Reply => _completion.Task;

    public bool IsAnswered => _completion.Task.IsCompleted;

    /// <summary>Answers that nothing of it was kept.</summary>
    public void Refuse(ErrorCode error, string message) => _completion.TrySetResult(AppendReply.Refused(error, message));

    /// <summary>Answers with the offsets it got.</summary>
    public void Acknowledge(Offset logStartOffset) =>
        _completion.TrySetResult(new AppendReply(ErrorCode.None, null, BaseOffset, LastOffset, logAppendTimeMs, logStartOffset));

    /// <summary>Passes on a failure that has no error code.</summary>
    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
