using StreamCoord.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>What becomes of a wish for any leader: a partition whose leader is gone gets another by itself. Pure.</summary>
internal static class Elections
{
    /// <summary>Answers who wants any leader, even one that lacks records.</summary>
    public static (ErrorCode Error, string Message) CheckUnclean(PartitionAssignment partition, IBrokers brokers) => partition.InSyncReplicas.Any(node => brokers.Find(node) is not null)
        ? (ErrorCode.ElectionNotNeeded, "A replica that has all records leads the partition, or takes over in a moment.")
        : (ErrorCode.EligibleLeadersNotAvailable, "No replica lives that is known to have all records, and none that may lack some is made leader. Start one of the brokers that are in sync.");
}
