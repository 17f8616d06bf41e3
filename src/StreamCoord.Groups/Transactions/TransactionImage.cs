using StreamCoord.Transactions;

namespace StreamCoord.Groups.Transactions;

/// <summary>What is durable of one transactional id: the whole value of its record in <c>__transaction_state</c>. Immutable.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">The epoch that its next request must have; in <c>Prepare…</c> that of the markers.</param>
/// <param name="TimeoutMs">How long a transaction may stay open. Milliseconds.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Partitions">The partitions in the transaction; empty but in <see cref="TransactionState.Ongoing"/> and <c>Prepare…</c>.</param>
/// <param name="StartedMs">When the transaction began, milliseconds since 1970, or -1.</param>
/// <param name="UpdatedMs">When this was decided, milliseconds since 1970.</param>
public sealed record TransactionImage(
    long ProducerId, short ProducerEpoch, int TimeoutMs, TransactionState State, IReadOnlySet<TopicPartition> Partitions, long StartedMs, long UpdatedMs)
{
    /// <summary>No producer id.</summary>
    public const long NoProducer = -1;

    /// <summary>No epoch.</summary>
    public const short NoEpoch = -1;

    /// <summary>The producer id before the epochs of it were used up, or <see cref="NoProducer"/>: a request that is sent again may still name it.</summary>
    public long PreviousProducerId { get; init; } = NoProducer;

    /// <summary>In <c>Prepare…</c>: the producer id that follows, because the epochs of this one are used up, or <see cref="NoProducer"/>.</summary>
    public long NextProducerId { get; init; } = NoProducer;

    /// <summary>The epoch before the last rise, or <see cref="NoEpoch"/>: a request that is sent again may still name it. Not in the record, as in Kafka.</summary>
    public short LastProducerEpoch { get; init; } = NoEpoch;

    /// <summary>True when the last transaction was of the flow of KIP-890, in which each end raises the epoch.</summary>
    public bool RaisesEpoch { get; init; }

    /// <summary>True while the partitions are being told.</summary>
    public bool IsDecided => State is TransactionState.PrepareCommit or TransactionState.PrepareAbort;

    /// <summary>True when the next epoch is another producer id's.</summary>
    public bool IsEpochExhausted => ProducerEpoch >= short.MaxValue - 1;
}
