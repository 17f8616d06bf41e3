using StreamCoord.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

public sealed class FakeBroker : IBroker
{
    public NodeId NodeId => new(1);

    public string Host => "broker.example";

    public int Port => 9092;

    public string? Rack => "r1";

    public IReadOnlyList<BrokerConfig> Configs =>
    [
        new("broker.id", TopicConfigType.Int, "1", null, "The broker's number."),
        new("num.partitions", TopicConfigType.Int, "1", "1", "The partition count."),
        new("socket.request.max.bytes", TopicConfigType.Int, "5", "9", "The largest request."),
    ];
}
