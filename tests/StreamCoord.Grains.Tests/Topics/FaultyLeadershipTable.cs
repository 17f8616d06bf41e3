using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A leadership table whose creations and deletions go by a <see cref="FaultPlan"/>.</summary>
internal sealed class FaultyLeadershipTable(LeadershipTable table, FaultPlan faults) : ILeadershipTable
{
    public Task CreateAsync(TopicId topicId, int firstPartition, IReadOnlyList<PartitionReplicas> partitions) =>
        topicId == InternalTopics.ZNodesId
            ? table.CreateAsync(topicId, firstPartition, partitions)
            : faults.RunAsync(() => table.CreateAsync(topicId, firstPartition, partitions));

    public Task DeleteAsync(TopicId topicId) => faults.RunAsync(() => table.DeleteAsync(topicId));

    public Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId) => table.ReadAsync(topicId);

    public Task<LeadershipRow?> FindAsync(TopicId topicId, int partition) => table.FindAsync(topicId, partition);

    public Task<IReadOnlyList<LeadershipRow>> ReadAllAsync() => table.ReadAllAsync();

    public Task<IReadOnlyList<LeadershipRow>> ClaimAsync(IReadOnlyList<Claim> claims, ReplicaId self) => table.ClaimAsync(claims, self);

    public Task<IReadOnlyList<LeadershipRow>> ChangeInSyncAsync(IReadOnlyList<MemberChange> changes) => table.ChangeInSyncAsync(changes);

    public Task<LeadershipRow?> AssignAsync(TopicId topicId, int partition, long expectedVersion, Assignment assignment) =>
        table.AssignAsync(topicId, partition, expectedVersion, assignment);
}
