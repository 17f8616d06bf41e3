using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>Broker 1 cannot be drained, for it is the only one; of all others some are left.</summary>
public sealed class FakeDrain : IBrokerDrain
{
    public Task<DrainReply> DrainAsync(NodeId broker) => Task.FromResult(broker == new NodeId(1)
        ? new DrainReply(ErrorCode.InvalidReplicationFactor, "There is no other.", 0)
        : new DrainReply(ErrorCode.None, null, broker.Value));
}
