using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>Brokers that live: at first the one that answers.</summary>
public sealed class FakeBrokers(IBroker self) : IBrokers
{
    public IReadOnlyList<LiveBroker> Alive { get; set; } = [new LiveBroker(self.NodeId, self.Host, self.Port, self.Rack, null)];

    public NodeId? Controller { get; set; }

    public LiveBroker? Find(NodeId node) => Alive.FirstOrDefault(broker => broker.NodeId == node);
}
