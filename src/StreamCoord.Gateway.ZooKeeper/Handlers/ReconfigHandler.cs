using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>reconfig: refused, as by a server whose reconfiguration is switched off.</summary>
internal sealed class ReconfigHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Reconfig;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        ReconfigRequest.Read(ref body);
        line.Refuse(ticket, ZNodeError.ReconfigDisabled);
    }
}
