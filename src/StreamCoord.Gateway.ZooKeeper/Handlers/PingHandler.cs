using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>ping: a sign of life, answered in its turn.</summary>
internal sealed class PingHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Ping;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        line.Pass(ticket with { Xid = Xids.Ping }); // Whatever xid it had.
    }
}
