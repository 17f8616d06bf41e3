namespace StreamCoord.Transactions;

/// <summary>Where a transactional id stands. The numbers are those of Kafka's <c>__transaction_state</c>.</summary>
public enum TransactionState : byte
{
    /// <summary>It has a producer and no transaction.</summary>
    Empty = 0,

    /// <summary>Its transaction is open.</summary>
    Ongoing = 1,

    /// <summary>Its transaction is decided, to count; the partitions are being told.</summary>
    PrepareCommit = 2,

    /// <summary>Its transaction is decided, not to count; the partitions are being told.</summary>
    PrepareAbort = 3,

    /// <summary>Its last transaction was committed, and every partition knows.</summary>
    CompleteCommit = 4,

    /// <summary>Its last transaction was aborted, and every partition knows.</summary>
    CompleteAbort = 5,

    /// <summary>It is being forgotten. Kafka's; never written here.</summary>
    Dead = 6,

    /// <summary>Its producer is being fenced. Kafka's; never written here, because that is one step with the abort.</summary>
    PrepareEpochFence = 7,
}
