using StreamCoord.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>A partition as clients are told of it: a leader that does not live is none. Immutable.</summary>
/// <param name="Error"><see cref="ErrorCode.LeaderNotAvailable"/> while nobody leads it.</param>
/// <param name="LeaderId">The broker that leads it, or <see cref="NoLeader"/>.</param>
/// <param name="LeaderEpoch">The newest term.</param>
/// <param name="Replicas">The brokers that are to have a copy.</param>
/// <param name="InSync">Those whose copy is complete.</param>
/// <param name="Offline">Those that do not live.</param>
internal sealed record PartitionView(ErrorCode Error, int LeaderId, int LeaderEpoch, IReadOnlyList<int> Replicas, IReadOnlyList<int> InSync, IReadOnlyList<int> Offline)
{
    /// <summary>What stands in the place of a leader where there is none.</summary>
    public const int NoLeader = -1;

    /// <summary>The view of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="brokers">Who lives.</param>
    /// <param name="hidesOffline">Whether brokers that do not live are left out, with an error, for clients that could not make anything of them.</param>
    public static PartitionView Of(PartitionAssignment partition, IBrokers brokers, bool hidesOffline = false)
    {
        bool isLed = brokers.Find(partition.Leader) is not null;
        NodeId[] offline = [.. partition.Replicas.Where(node => brokers.Find(node) is null)];
        bool lacksSome = hidesOffline && (offline.Length > 0 || partition.InSyncReplicas.Any(node => brokers.Find(node) is null));
        return new PartitionView(
            !isLed ? ErrorCode.LeaderNotAvailable : lacksSome ? ErrorCode.ReplicaNotAvailable : ErrorCode.None,
            isLed ? partition.Leader.Value : NoLeader,
            partition.Epoch.Value,
            Numbers(partition.Replicas),
            Numbers(partition.InSyncReplicas),
            [.. offline.Select(node => node.Value)]);

        IReadOnlyList<int> Numbers(IReadOnlyList<NodeId> nodes) => [.. nodes.Where(node => !hidesOffline || brokers.Find(node) is not null).Select(node => node.Value)];
    }
}
