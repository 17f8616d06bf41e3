using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>How a partition is replicated, by its topic's configuration and the nodes that keep it. Pure.</summary>
internal static class ReplicationRules
{
    /// <summary>A topic cannot ask for more copies than it is to have (KIP-966): those that come are not there yet, and those that go will not be.</summary>
    public static ReplicationOptions Make(LogConfig config, Assignment assignment, bool isInternal)
    {
        int copies = Math.Min(assignment.Origin.Count, assignment.Target.Count);
        int inSyncMin = isInternal ? (copies >= 3 ? 2 : 1) : Math.Min(config.MinInsyncReplicas, copies);
        return new ReplicationOptions { InSyncMin = inSyncMin, CountsFlushed = config.WaitsForFlush, PushesUnderWayMax = 1 };
    }
}
