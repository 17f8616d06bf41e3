using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>closeSession: ends the session with its ephemeral znodes, and with the answer the connection.</summary>
internal sealed class CloseSessionHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.CloseSession;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        line.RequestAndEnd(ticket, new CloseSessionOperation(line.Caller.Session));
    }
}
