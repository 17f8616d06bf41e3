namespace StreamCoord.Transactions;

/// <summary>Limits and times of transactions. The defaults are Kafka's.</summary>
public sealed class TransactionOptions
{
    /// <summary>
    /// <c>Transactions:StatePartitions</c>: how many partitions <c>__transaction_state</c> gets in a new cluster (Kafka's <c>transaction.state.log.num.partitions</c>), 1 to 1,000. Default 50.
    /// </summary>
    public int StatePartitions { get; init; } = 50;

    /// <summary>
    /// <c>Transactions:TimeoutMsMax</c>: the longest that a producer may let a transaction stay open (Kafka's <c>transaction.max.timeout.ms</c>), 1 or more. Default 15 min. An open transaction holds up
    /// every reader of committed records.
    /// </summary>
    public int TimeoutMsMax { get; init; } = 900_000;

    /// <summary>
    /// <c>Transactions:CheckIntervalMs</c>: how often transactions are looked through for those whose time is over (Kafka's <c>transaction.abort.timed.out.transaction.cleanup.interval.ms</c>), 1 or more. Default 10 s.
    /// </summary>
    public int CheckIntervalMs { get; init; } = 10_000;

    /// <summary><c>Transactions:IdExpirationMs</c>: how long a transactional id that nobody uses is remembered (Kafka's <c>transactional.id.expiration.ms</c>), 1 or more. Default 7 days.</summary>
    public long IdExpirationMs { get; init; } = 604_800_000;

    /// <summary>
    /// <c>Transactions:SettleWaitMs</c>: how long a request waits for the end of the transaction before, before it is answered with CONCURRENT_TRANSACTIONS, 0 or more. Default 1 s: clients would ask again after a
    /// delay of their own, and the partitions are told within milliseconds.
    /// </summary>
    public int SettleWaitMs { get; init; } = 1_000;

    /// <summary><c>Transactions:LoadWaitMs</c>: how long a request waits while its coordinator reads its partition, before it is answered with COORDINATOR_LOAD_IN_PROGRESS, 0 or more. Default 5 s.</summary>
    public int LoadWaitMs { get; init; } = 5_000;
}
