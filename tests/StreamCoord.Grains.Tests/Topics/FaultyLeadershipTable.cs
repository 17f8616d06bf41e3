namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A leadership table whose creations and deletions go by a <see cref="FaultPlan"/>.</summary>
internal sealed class FaultyLeadershipTable(LeadershipTable table, FaultPlan faults) : ILeadershipTable
{
    public Task CreateAsync(TopicId topicId, int partitionCount, IReadOnlyList<NodeId> replicas, IReadOnlyList<NodeId> inSyncReplicas) =>
        topicId == InternalTopics.ZNodesId
            ? table.CreateAsync(topicId, partitionCount, replicas, inSyncReplicas)
            : faults.RunAsync(() => table.CreateAsync(topicId, partitionCount, replicas, inSyncReplicas));

    public Task DeleteAsync(TopicId topicId) => faults.RunAsync(() => table.DeleteAsync(topicId));

    public Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId) => table.ReadAsync(topicId);

    public Task<LeadershipRow?> FindAsync(TopicId topicId, int partition) => table.FindAsync(topicId, partition);

    public Task<bool> TryClaimAsync(TopicId topicId, int partition, LeaderEpoch expected, LeaderEpoch next, NodeId node) =>
        table.TryClaimAsync(topicId, partition, expected, next, node);

    public Task<IReadOnlyList<ClaimedPartition>> ClaimAllAsync(NodeId node) => table.ClaimAllAsync(node);
}
