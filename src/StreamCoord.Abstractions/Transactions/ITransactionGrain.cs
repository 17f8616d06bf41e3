namespace StreamCoord.Transactions;

/// <summary>
/// The coordinator of one transactional id. Key: the id. Outcomes that a caller must expect come back as <see cref="ErrorCode"/>; only failures of the grain call itself (a silo that stops, a timeout) are
/// exceptions. What is answered without an error is durable.
/// </summary>
/// <remarks>All methods may run interleaved with each other, and two calls of one caller need not arrive in their order.</remarks>
[Alias("StreamCoord.ITransactionGrain")]
public interface ITransactionGrain : IGrainWithStringKey
{
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

/// <summary>The list of the transactional ids that a silo coordinates. Key: 0.</summary>
[Alias("StreamCoord.ITransactionCatalogueGrain")]
public interface ITransactionCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Every id that is known, as it is.</summary>
    [Alias("List")]
    Task<ListTransactionsReply> List();
}
