using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Partitions;

/// <summary>A partition on the silo that is thought to lead it. Key: <see cref="NodeKey"/> of the node and the partition. Where that does not lead, it says so.</summary>
[Alias("StreamCoord.ILedPartitionGrain")]
internal interface ILedPartitionGrain : IPartitionGrain;

/// <inheritdoc cref="ILedPartitionGrain"/>
[Reentrant, NodePlacement, GrainType("led-partition")]
internal sealed class LedPartitionGrain(PartitionParts parts) : PartitionGrain(parts), ILedPartitionGrain
{
    /// <inheritdoc/>
    protected override string PartitionKey => NodeKey.Parse(this.GetPrimaryKeyString()).Key;

    /// <inheritdoc/>
    protected override bool PassesOn => false;
}
