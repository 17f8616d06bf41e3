using StreamCoord.Brokers;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Replicas;
using StreamCoord.Replication;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>Where the partitions of topics are: their rows in the leadership table, and the nodes that there are for them. Keeps nothing; safe for concurrent use.</summary>
internal sealed class TopicPlaces(ILeadershipTable table, Leaderships rows, ReplicaRegistry replicas, IClusterNodes nodes, IBrokers brokers)
{
    /// <summary>The nodes that live.</summary>
    public IReadOnlyCollection<NodeId> LiveNodes => [.. nodes.Alive.Select(replica => replica.Node)];

    /// <summary>Rises when the leadership of a topic's partitions changes.</summary>
    public long ChangesOf(TopicId topicId) => rows.ChangesOf(topicId);

    /// <summary>Who keeps and leads a topic's partitions, as this silo has heard.</summary>
    public IReadOnlyList<PartitionAssignment> Describe(TopicId topicId) => [.. rows.RowsOf(topicId).Select(PartitionAssignments.Of)];

    /// <summary>The topic's rows, as the table has them.</summary>
    public Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId) => table.ReadAsync(topicId);

    /// <summary>Makes the rows that lack for a topic, and tells all silos of them.</summary>
    /// <exception cref="TreeRefusedException">None of the nodes that are to keep a partition lives.</exception>
    public async Task SettleAsync(StoredTopic topic)
    {
        IReadOnlyList<LeadershipRow> found = await table.ReadAsync(topic.TopicId);
        if (found.Count < topic.PartitionCount)
        {
            await table.CreateAsync(topic.TopicId, found.Count, [.. topic.Assignments.Skip(found.Count).Select(assignment => PlaceNew(assignment.Replicas))]);
            found = await table.ReadAsync(topic.TopicId);
        }
        await replicas.TellAsync(found);
    }

    /// <summary>Takes the topic's rows away.</summary>
    public Task DeleteAsync(TopicId topicId) => table.DeleteAsync(topicId);

    /// <summary>Nodes for new partitions.</summary>
    /// <param name="topicId">The topic's identity, from which follows where to begin.</param>
    /// <param name="present">How many partitions it has already.</param>
    /// <param name="count">How many are added.</param>
    /// <param name="factor">How many copies each gets; 1 up to the number of nodes that live.</param>
    public IReadOnlyList<IReadOnlyList<NodeId>> Assign(TopicId topicId, int present, int count, int factor) =>
        ReplicaAssignment.Make([.. LiveNodes.Select(node => new PlacedNode(node, brokers.Find(node)?.Rack))], count, factor, topicId.GetHashCode() + present);

    // Copies that are empty are in sync, as long as their nodes live to be asked.
    private PartitionReplicas PlaceNew(IReadOnlyList<NodeId> assigned)
    {
        ReplicaId[] alive = [.. assigned.SelectMany(node => nodes.Alive.Where(replica => replica.Node == node))];
        return alive.Length > 0 ? new PartitionReplicas(assigned, alive) : throw new TreeRefusedException($"None of the nodes {string.Join(", ", assigned)} that are to keep a new partition lives.");
    }
}
