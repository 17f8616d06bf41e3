using StreamCoord.Brokers;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>Tells a client that has come to the wrong broker where to go, so that it need not ask for the metadata first (KIP-951). Safe for concurrent use.</summary>
internal sealed class LeaderHints(ILocalPartitions locals, IBrokers brokers, ClusterIdentity identity)
{
    /// <summary>Who leads a partition, and where that broker is; null when no other that lives is known to.</summary>
    public LeaderHint? Find(TopicPartition partition) =>
        locals.FindLeader(partition) is { } leader && leader.Node != identity.NodeId && brokers.Find(leader.Node) is { } broker
            ? new LeaderHint(broker, leader.Epoch)
            : null;
}

/// <summary>Who leads a partition. Immutable.</summary>
/// <param name="Broker">Where it is.</param>
/// <param name="Epoch">Its term.</param>
internal sealed record LeaderHint(LiveBroker Broker, LeaderEpoch Epoch);
