using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>What the leadership table says about one partition. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Replicas">Every node that keeps a copy, the preferred leader first.</param>
/// <param name="LeaderEpoch">The newest term; <see cref="LeaderEpoch.Unknown"/> when nobody has led the partition yet.</param>
/// <param name="LeaderNode">The node that claimed that term, or null.</param>
/// <param name="InSync">The copies that are complete, those that may claim the next term, and the row's version.</param>
public sealed record LeadershipRow(
    TopicId TopicId,
    int Partition,
    IReadOnlyList<NodeId> Replicas,
    LeaderEpoch LeaderEpoch,
    NodeId? LeaderNode,
    InSyncSet InSync);
