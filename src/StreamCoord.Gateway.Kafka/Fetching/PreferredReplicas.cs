using StreamCoord.Brokers;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>Which broker a consumer is sent to for the partitions that this one leads (KIP-392). Safe for concurrent use.</summary>
internal sealed class PreferredReplicas(ICopyProgress copies, IBrokers brokers, ClusterIdentity identity, KafkaGatewayOptions options)
{
    /// <summary>The broker that a client is better off with; null when that is this one.</summary>
    /// <param name="partition">A partition that is led here.</param>
    /// <param name="rack">The client's rack; empty for none.</param>
    /// <param name="from">What it wants next.</param>
    public NodeId? Find(TopicPartition partition, string rack, Offset from)
    {
        if (options.ReplicaSelector == ReplicaSelector.None || rack.Length == 0 || brokers.Find(identity.NodeId)?.Rack == rack || brokers.Alive.All(broker => broker.Rack != rack))
        {
            return null;
        }
        NodeId? chosen = Choose(copies.FindInSync(partition).Where(copy => brokers.Find(copy.Node)?.Rack == rack), from);
        if (chosen is { } node)
        {
            copies.SendReaders(partition, node);
        }
        return chosen;
    }

    // Kafka's order. One that has not got there yet would have the client wait.
    private static NodeId? Choose(IEnumerable<CopyEnd> onRack, Offset from) =>
        onRack.Where(copy => copy.End >= from).OrderByDescending(copy => copy.End).ThenByDescending(copy => copy.Node.Value).Select(copy => (NodeId?)copy.Node).FirstOrDefault();
}
