using Orleans.Services;
using StreamCoord.Grains.Leadership;
using StreamCoord.Partitions;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>What silos ask of each other about the copies of partitions. One per silo, reached by the silo's address.</summary>
[Alias("StreamCoord.IReplicaService")]
internal interface IReplicaService : IGrainService
{
    /// <summary>Brings pushes to the copies on this silo. The replies come in the order of the pushes; null for one that could not be carried out.</summary>
    [Alias("Push"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<PushReply?>> Push(IReadOnlyList<ReplicaPush> pushes);

    /// <summary>Tells of rows of the leadership table that have changed.</summary>
    [Alias("Announce"), ResponseTimeout("00:00:05")]
    Task Announce(IReadOnlyList<LeadershipNews> rows);

    /// <summary>Tells that a partition's topic is deleted: its copy goes.</summary>
    [Alias("Delete"), ResponseTimeout("00:00:30")]
    Task Delete(TopicId topicId, int partition);

    /// <summary>Tells that the leader of a partition serves no more, and that the copy here has everything: it may take over at once.</summary>
    [Alias("Release"), ResponseTimeout("00:00:05")]
    Task Release(IReadOnlyList<ReleasedTerm> terms);

    /// <summary>Has another node lead a partition that this one leads. True when it does.</summary>
    [Alias("MoveLeadership"), ResponseTimeout("00:00:10")]
    Task<bool> MoveLeadership(TopicId topicId, int partition, NodeId wanted);
}

/// <summary>A push on its way to one copy. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Push">The push.</param>
/// <param name="Data">Its batches.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ReplicaPush")]
internal sealed record ReplicaPush([property: Id(0)] TopicId TopicId, [property: Id(1)] int Partition, [property: Id(2)] Push Push, [property: Id(3)] RecordData Data);

/// <summary>A term that its leader has given up. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Epoch">The term.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ReleasedTerm")]
internal readonly record struct ReleasedTerm([property: Id(0)] TopicId TopicId, [property: Id(1)] int Partition, [property: Id(2)] LeaderEpoch Epoch);
