namespace StreamCoord.Grains.Leadership;

/// <summary>
/// The table that decides who leads a partition. A leader epoch is given to one claimer, once, and the next one is higher,
/// whatever activations Orleans makes. Safe for concurrent use by any number of silos. A finished call is durable; a call that
/// fails may have been carried out all the same.
/// </summary>
public interface ILeadershipTable
{
    /// <summary>
    /// Makes the rows of partitions 0 to <paramref name="partitionCount"/> - 1 that are not there yet, with nobody leading. Rows
    /// that are there stay as they are.
    /// </summary>
    Task CreateAsync(TopicId topicId, int partitionCount, IReadOnlyList<NodeId> replicas, IReadOnlyList<NodeId> inSyncReplicas);

    /// <summary>The topic's rows in the order of their partitions; empty for a topic that has none.</summary>
    Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId);

    /// <summary>One partition's row, or null.</summary>
    Task<LeadershipRow?> FindAsync(TopicId topicId, int partition);

    /// <summary>
    /// Replaces the epoch <paramref name="expected"/> by <paramref name="next"/>, which is higher. False, and nothing is changed,
    /// when the row has another epoch, is not there, or does not have the node in its in-sync set.
    /// </summary>
    Task<bool> TryClaimAsync(TopicId topicId, int partition, LeaderEpoch expected, LeaderEpoch next, NodeId node);

    /// <summary>Raises the epoch of every partition whose in-sync set has the node, in one statement, and returns them.</summary>
    Task<IReadOnlyList<ClaimedPartition>> ClaimAllAsync(NodeId node);

    /// <summary>Takes the topic's rows away. No effect when there are none.</summary>
    Task DeleteAsync(TopicId topicId);
}
