using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>A row of the leadership table as silos tell each other of it. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.LeadershipNews")]
internal sealed record LeadershipNews(
    [property: Id(0)] TopicId TopicId,
    [property: Id(1)] int Partition,
    [property: Id(2)] IReadOnlyList<NodeId> Replicas,
    [property: Id(3)] LeaderEpoch LeaderEpoch,
    [property: Id(4)] NodeId? LeaderNode,
    [property: Id(5)] IReadOnlyList<ReplicaId> InSync,
    [property: Id(6)] long Version,
    [property: Id(7)] IReadOnlyList<NodeId> Adding,
    [property: Id(8)] IReadOnlyList<NodeId> Removing)
{
    /// <summary>The news of a row.</summary>
    public static LeadershipNews Of(LeadershipRow row) => new(
        row.TopicId, row.Partition, row.Replicas, row.LeaderEpoch, row.LeaderNode, row.InSync.Members, row.InSync.Version, row.Assignment.Adding, row.Assignment.Removing);

    /// <summary>The row that it tells of.</summary>
    public LeadershipRow ToRow() => new(TopicId, Partition, new Assignment(Replicas, Adding, Removing), LeaderEpoch, LeaderNode, new InSyncSet(InSync, Version));
}
