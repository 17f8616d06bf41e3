using StreamCoord.Grains.Cluster;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>A group on the silo that is thought to coordinate it. Key: <see cref="NodeKey"/> of the node and the group's id. Where it does not, it says so.</summary>
[Alias("StreamCoord.ILedConsumerGroupGrain")]
internal interface ILedConsumerGroupGrain : IConsumerGroupGrain;
