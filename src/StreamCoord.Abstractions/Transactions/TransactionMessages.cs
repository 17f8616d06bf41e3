namespace StreamCoord.Transactions;

/// <summary>Gives a transactional id's producer its identity, and fences the producer before it (Kafka's InitProducerId).</summary>
/// <param name="TimeoutMs">How long a transaction may stay open. Milliseconds.</param>
/// <param name="ProducerId">The id that the producer has, to go on with the next epoch (KIP-360); -1 for a new producer.</param>
/// <param name="ProducerEpoch">Its epoch, or -1.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.InitProducerRequest")]
public sealed record InitProducerRequest([property: Id(0)] int TimeoutMs, [property: Id(1)] long ProducerId, [property: Id(2)] short ProducerEpoch);

/// <summary>The outcome: a producer's identity.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="ProducerId">The producer's id, or -1.</param>
/// <param name="ProducerEpoch">Its epoch, or -1.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ProducerReply")]
public sealed record ProducerReply(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] long ProducerId, [property: Id(3)] short ProducerEpoch)
{
    /// <summary>A refusal.</summary>
    public static ProducerReply Refused(ErrorCode error, string? message) => new(error, message, -1, -1);
}

/// <summary>Puts partitions into the producer's transaction, which begins with the first of them, or asks whether they are in it.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="Partitions">The partitions.</param>
/// <param name="Mode">What to do with those that are not in it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.EnterTransactionRequest")]
public sealed record EnterTransactionRequest(
    [property: Id(0)] long ProducerId, [property: Id(1)] short ProducerEpoch, [property: Id(2)] IReadOnlyList<TopicPartition> Partitions, [property: Id(3)] EnterMode Mode);

/// <summary>What becomes of partitions that are not in a transaction.</summary>
public enum EnterMode
{
    /// <summary>They are put into it, in the older flow, in which the client asks for that.</summary>
    Add,

    /// <summary>They are put into it, in the flow of KIP-890, in which the partition's leader asks for that and every end raises the epoch.</summary>
    AddByLeader,

    /// <summary>Nothing: they are refused with <see cref="ErrorCode.TransactionAbortable"/>.</summary>
    Verify,
}

/// <summary>The outcome of a request about a transaction.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TransactionReply")]
public sealed record TransactionReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message)
{
    /// <summary>It is done.</summary>
    public static TransactionReply Done { get; } = new(ErrorCode.None, null);
}

/// <summary>Ends a transaction (Kafka's EndTxn).</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="IsCommit">Whether its records count.</param>
/// <param name="RaisesEpoch">True in the flow of KIP-890, in which the next transaction has the next epoch.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.EndTransactionRequest")]
public sealed record EndTransactionRequest(
    [property: Id(0)] long ProducerId, [property: Id(1)] short ProducerEpoch, [property: Id(2)] bool IsCommit, [property: Id(3)] bool RaisesEpoch);

/// <summary>A transactional id as it is.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>, or <see cref="ErrorCode.TransactionalIdNotFound"/>, or why the coordinator cannot tell.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="TransactionalId">The id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="TimeoutMs">How long a transaction of it may stay open. Milliseconds.</param>
/// <param name="StartedMs">When its open transaction began, milliseconds since 1970, or -1.</param>
/// <param name="ProducerId">Its producer.</param>
/// <param name="ProducerEpoch">The producer's epoch.</param>
/// <param name="Partitions">The partitions in its transaction.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TransactionDescription")]
public sealed record TransactionDescription(
    [property: Id(0)] ErrorCode Error,
    [property: Id(1)] string? Message,
    [property: Id(2)] string TransactionalId,
    [property: Id(3)] TransactionState State,
    [property: Id(4)] int TimeoutMs,
    [property: Id(5)] long StartedMs,
    [property: Id(6)] long ProducerId,
    [property: Id(7)] short ProducerEpoch,
    [property: Id(8)] IReadOnlyList<TopicPartition> Partitions)
{
    /// <summary>A refusal.</summary>
    public static TransactionDescription Refused(ErrorCode error, string? message, string transactionalId) =>
        new(error, message, transactionalId, TransactionState.Dead, 0, -1, -1, -1, []);
}

/// <summary>The list of transactional ids.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success; else some are missing.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Transactions">The ids, in no order.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ListTransactionsReply")]
public sealed record ListTransactionsReply(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyList<TransactionDescription> Transactions);
