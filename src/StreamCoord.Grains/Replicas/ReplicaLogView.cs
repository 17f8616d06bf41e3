using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>A partition's log as the rules of replication look at it. Holds nothing.</summary>
internal sealed class ReplicaLogView(PartitionLog log) : IReplicaLog
{
    /// <inheritdoc/>
    public Offset StartOffset => log.StartOffset;

    /// <inheritdoc/>
    public Offset EndOffset => log.EndOffset;

    /// <inheritdoc/>
    public Offset FlushedOffset => log.FlushedOffset;

    /// <inheritdoc/>
    public LeaderEpoch EpochBefore(Offset offset) => log.EpochBefore(offset);

    /// <inheritdoc/>
    public Offset EndOf(LeaderEpoch epoch) => log.EndOfEpoch(epoch);
}
