namespace StreamCoord.Client.Producing;

/// <summary>
/// Who a producer is to the partitions: batches are numbered anew under each identity. Told apart by reference: the same numbers are never given out twice. Immutable but for its end.
/// </summary>
#pragma warning disable CA1001 // Its source of cancellation has no timer and no parent: there is nothing to dispose of.
internal sealed class ProducerIdentity(long producerId, short epoch, string? transactionalId)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _abandoned = new();

    /// <summary>A producer whose batches have no number.</summary>
    public static ProducerIdentity Nobody { get; } = new(-1, -1, null);

    /// <summary>The producer's id, or -1.</summary>
    public long ProducerId => producerId;

    /// <summary>Its epoch, or -1.</summary>
    public short Epoch => epoch;

    /// <summary>The transactional id, or null.</summary>
    public string? TransactionalId => transactionalId;

    /// <summary>Set when nothing is to be sent under it any more: its transaction is being aborted.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Nothing is to be sent under it any more.</summary>
    public void Abandon() => _abandoned.Cancel();
}
