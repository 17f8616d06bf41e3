using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The list of transactional ids: those in this silo's partitions of <c>__transaction_state</c>. Keeps nothing.</summary>
[SiloLocalPlacement]
internal sealed class TransactionCatalogueGrain(TransactionPartitions partitions) : Grain, ITransactionCatalogueGrain
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
