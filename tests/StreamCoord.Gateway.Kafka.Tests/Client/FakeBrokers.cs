using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>Brokers that live, by their numbers.</summary>
internal sealed class FakeBrokers(params int[] nodes) : IBrokers
{
    public IReadOnlyList<LiveBroker> Alive { get; } = [.. nodes.Select(node => new LiveBroker(new NodeId(node), $"host{node}", 9092, null, null))];

    public NodeId? Controller => null;

    public LiveBroker? Find(NodeId node) => Alive.FirstOrDefault(broker => broker.NodeId == node);
}
