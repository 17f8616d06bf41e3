using StreamCoord.Grains.Cluster;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The transactional ids that one node coordinates. Key: <see cref="NodeKey"/> of the node.</summary>
[Alias("StreamCoord.ILedTransactionCatalogueGrain")]
internal interface ILedTransactionCatalogueGrain : IGrainWithStringKey
{
    /// <summary>All of them, as they are.</summary>
    [Alias("List")]
    Task<ListTransactionsReply> List();
}
