namespace StreamCoord.Gateway.Http.Produce;

/// <summary>A record on its way into a partition.</summary>
/// <param name="Record">The record.</param>
/// <param name="BatchBytesMax">The topic's <c>max.message.bytes</c> when the record was accepted; the record alone fits it.</param>
internal sealed record PendingRecord(ProduceRecord Record, int BatchBytesMax)
{
    private readonly TaskCompletionSource<ProduceOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What became of it; never faults.</summary>
    public Task<ProduceOutcome> Outcome => _outcome.Task;

    public void Complete(ProduceOutcome outcome) => _outcome.TrySetResult(outcome);
}
