namespace StreamCoord.Client.Producing;

/// <summary>What comes of one batch, for all of its records. Settled once. Safe for concurrent use.</summary>
internal sealed class BatchDelivery(TopicPartition partition)
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BatchOutcome? _outcome;

    /// <summary>Where it goes.</summary>
    public TopicPartition Partition => partition;

    /// <summary>How many records it has. Changed by the sender's lock alone.</summary>
    public int RecordCount { get; set; }

    /// <summary>Ends, never with a failure, when there is an outcome.</summary>
    public Task Settled => _settled.Task;

    /// <summary>What came of it; only once it is settled.</summary>
    public BatchOutcome Outcome => _outcome ?? throw new InvalidOperationException("The batch is still on its way.");

    /// <summary>It is known now.</summary>
    public void Settle(BatchOutcome outcome)
    {
        Invariant.Holds(_outcome is null);
        _outcome = outcome;
        _settled.SetResult();
    }
}
