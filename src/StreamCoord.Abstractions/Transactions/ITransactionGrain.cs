using Orleans.Metadata;

namespace StreamCoord.Transactions;

/// <summary>
/// The coordinator of one transactional id. Key: the id. Outcomes that a caller must expect come back as <see cref="ErrorCode"/>; only failures of the grain call itself (a silo that stops, a timeout) are
/// exceptions. What is answered without an error is durable.
/// </summary>
/// <remarks>All methods may run interleaved with each other, and two calls of one caller need not arrive in their order.</remarks>
[Alias("StreamCoord.ITransactionGrain"), DefaultGrainType(GrainType)]
public interface ITransactionGrain : IGrainWithStringKey
{
    /// <summary>The type of the grains that a caller reaches: each silo has its own, which knows the way to the coordinator.</summary>
    const string GrainType = "transaction";

    /// <summary>Gives the producer its identity. An open transaction is aborted first: then the answer is <see cref="ErrorCode.ConcurrentTransactions"/>, and the caller asks again.</summary>
    [Alias("InitProducer")]
    Task<ProducerReply> InitProducer(InitProducerRequest request);

    /// <summary>Puts partitions into the transaction, or verifies that they are in it: all or none.</summary>
    [Alias("Enter")]
    Task<TransactionReply> Enter(EnterTransactionRequest request);

    /// <summary>Commits or aborts: decided when this returns; the partitions are told soon after. The reply has the identity for the next transaction.</summary>
    [Alias("End")]
    Task<ProducerReply> End(EndTransactionRequest request);

    /// <summary>The id as it is.</summary>
    [Alias("Describe")]
    Task<TransactionDescription> Describe();

    /// <summary>Finishes what is decided, aborts what has taken too long, forgets what nobody uses. Called by the silo's maintenance; calling it more often does no harm.</summary>
    [Alias("Maintain")]
    Task Maintain();
}

/// <summary>The list of transactional ids, as each silo gives it. Key: 0.</summary>
[Alias("StreamCoord.ITransactionCatalogueGrain")]
public interface ITransactionCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Every id that is known, as it is, wherever it is coordinated. With an error some may lack.</summary>
    [Alias("List")]
    Task<ListTransactionsReply> List();

    /// <summary>The ids that this silo coordinates: for clients that ask every broker for its own.</summary>
    [Alias("ListOwn")]
    Task<ListTransactionsReply> ListOwn();
}
