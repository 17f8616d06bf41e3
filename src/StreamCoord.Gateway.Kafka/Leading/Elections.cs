using StreamCoord.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>What becomes of a wish for another leader: a partition whose leader is gone gets another by itself, and nobody moves leadership by hand. Pure.</summary>
internal static class Elections
{
    /// <summary>Answers who wants the preferred leader back: the first replica.</summary>
    public static (ErrorCode Error, string Message) CheckPreferred(PartitionAssignment partition, IBrokers brokers)
    {
        NodeId preferred = partition.Replicas[0];
        return partition.Leader == preferred && brokers.Find(preferred) is not null
            ? (ErrorCode.ElectionNotNeeded, "The preferred replica of the partition leads it.")
            : (ErrorCode.PreferredLeaderNotAvailable, $"Broker {preferred} does not lead the partition, and leadership is not moved back to it: it may take over when the broker that leads goes.");
    }

    /// <summary>Answers who wants any leader, even one that lacks records.</summary>
    public static (ErrorCode Error, string Message) CheckUnclean(PartitionAssignment partition, IBrokers brokers) => partition.InSyncReplicas.Any(node => brokers.Find(node) is not null)
        ? (ErrorCode.ElectionNotNeeded, "A replica that has all records leads the partition, or takes over in a moment.")
        : (ErrorCode.EligibleLeadersNotAvailable, "No replica lives that is known to have all records, and none that may lack some is made leader. Start one of the brokers that are in sync.");
}
