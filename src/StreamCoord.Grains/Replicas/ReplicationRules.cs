using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>How a partition is replicated, by its topic's configuration and the nodes that keep it. Pure.</summary>
internal static class ReplicationRules
{
    /// <summary>A topic cannot ask for more copies than it is to have (KIP-966): those that come are not there yet, and those that go will not be.</summary>
    public static ReplicationOptions Make(LogConfig config, LeadershipRow row, bool isInternal)
    {
        int copies = Math.Min(row.Assignment.Origin.Count, row.Assignment.Target.Count);
        int inSyncMin = isInternal ? (copies >= 3 ? 2 : 1) : Math.Min(config.MinInsyncReplicas, copies);
        return new ReplicationOptions
        {
            InSyncMin = inSyncMin,
            InSyncMax = row.InSyncMax,
            CountsFlushed = config.WaitsForFlush,
            PushesUnderWayMax = 1,
            // Each silo has the tree in memory, and a write through it is answered when it has it there.
            IsReadEverywhere = row.TopicId == InternalTopics.ZNodesId,
        };
    }
}
