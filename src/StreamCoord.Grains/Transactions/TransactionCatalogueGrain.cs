using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The list of transactional ids: asks the nodes that live for theirs. Keeps nothing.</summary>
[Reentrant, SiloLocalPlacement]
internal sealed class TransactionCatalogueGrain(IClusterNodes nodes, ClusterIdentity identity) : Grain, ITransactionCatalogueGrain
{
    public Task<ListTransactionsReply> ListOwn() => ListAsync(identity.NodeId);

    public async Task<ListTransactionsReply> List()
    {
        ListTransactionsReply[] replies = await Task.WhenAll(nodes.Alive.Select(replica => ListAsync(replica.Node)));
        ListTransactionsReply? failed = replies.FirstOrDefault(reply => reply.Error != ErrorCode.None);
        // While a partition moves, two nodes may know an id.
        return new ListTransactionsReply(failed?.Error ?? ErrorCode.None, failed?.Message, [.. replies.SelectMany(reply => reply.Transactions).DistinctBy(transaction => transaction.TransactionalId)]);
    }

    private Task<ListTransactionsReply> ListAsync(NodeId node) => CoordinatorCalls.RunAsync(
        () => GrainFactory.GetGrain<ILedTransactionCatalogueGrain>(NodeKey.Of(node, "")).List(),
        (_, message) => new ListTransactionsReply(ErrorCode.CoordinatorNotAvailable, message, []));
}
