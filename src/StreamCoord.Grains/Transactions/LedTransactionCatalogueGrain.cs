using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The transactional ids in the partitions of <c>__transaction_state</c> that this silo leads. Keeps nothing.</summary>
[Reentrant, NodePlacement, GrainType("led-transaction-catalogue")]
internal sealed class LedTransactionCatalogueGrain(TransactionPartitions partitions) : Grain, ILedTransactionCatalogueGrain
{
    public async Task<ListTransactionsReply> List()
    {
        List<TransactionDescription> transactions = [];
        try
        {
            foreach (CoordinatorPartition<TransactionsTerm> partition in await partitions.FindUsedAsync())
            {
                TransactionsTerm term = await partition.GetTermAsync();
                transactions.AddRange(term.All.Select(pair => LiveTransaction.Describe(pair.Key, pair.Value)));
            }
        }
        catch (CoordinatorUnavailableException exception)
        {
            return new ListTransactionsReply(exception.Error, exception.Message, transactions);
        }
        return new ListTransactionsReply(ErrorCode.None, null, transactions);
    }
}
