using StreamCoord.Grains.Cluster;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>A transactional id on the silo that is thought to coordinate it. Key: <see cref="NodeKey"/> of the node and the id. Where it does not, it says so.</summary>
[Alias("StreamCoord.ILedTransactionGrain")]
internal interface ILedTransactionGrain : ITransactionGrain;
