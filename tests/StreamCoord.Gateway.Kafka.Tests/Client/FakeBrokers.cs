using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>Brokers that live, by their numbers and racks.</summary>
internal sealed class FakeBrokers(params (int Node, string? Rack)[] brokers) : IBrokers
{
    public FakeBrokers(params int[] nodes)
        : this([.. nodes.Select(node => (node, (string?)null))])
    {
    }

    public IReadOnlyList<LiveBroker> Alive { get; } = [.. brokers.Select(broker => new LiveBroker(new NodeId(broker.Node), $"host{broker.Node}", 9092, broker.Rack, null))];

    public NodeId? Controller => null;

    public LiveBroker? Find(NodeId node) => Alive.FirstOrDefault(broker => broker.NodeId == node);
}
