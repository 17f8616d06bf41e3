using StreamCoord.Grains.Topics;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>What the leadership table says about one partition. Immutable.</summary>
/// <param name="TopicId">The topic's identity.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Assignment">The nodes that keep a copy, and which of them come or go.</param>
/// <param name="LeaderEpoch">The newest term; <see cref="LeaderEpoch.Unknown"/> when nobody has led the partition yet.</param>
/// <param name="LeaderNode">The node that claimed that term, or null.</param>
/// <param name="InSync">The copies that are complete, those that may claim the next term, and the row's version.</param>
public sealed record LeadershipRow(
    TopicId TopicId,
    int Partition,
    Assignment Assignment,
    LeaderEpoch LeaderEpoch,
    NodeId? LeaderNode,
    InSyncSet InSync)
{
    /// <summary>Every node that keeps a copy or is to get one, the preferred leader first.</summary>
    public IReadOnlyList<NodeId> Replicas => Assignment.Replicas;

    /// <summary>So many of them, the first ones, may be in sync and lead; the others are learners.</summary>
    public int InSyncMax => TopicId == InternalTopics.ZNodesId ? InternalTopics.ReplicasMax : int.MaxValue;

    /// <summary>True for a node that is to have a copy that may be in sync and lead, and not one on its way out or a learner's.</summary>
    public bool IsToLead(NodeId node)
    {
        for (int i = 0; i < Replicas.Count && i < InSyncMax; i++)
        {
            if (Replicas[i] == node)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True when one node is to have the only copy, and has a whole one.</summary>
    public bool HasOneCopy => Replicas.Count == 1 && InSync.Members.Count == 1 && InSync.Members[0].Node == Replicas[0];

    /// <summary>True when a replica has a reason to exist: it is to have a copy, or may lead.</summary>
    public bool Keeps(ReplicaId replica) => Replicas.Contains(replica.Node) || InSync.Contains(replica);
}
