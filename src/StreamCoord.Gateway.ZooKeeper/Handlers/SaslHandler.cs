using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>sasl: refused, and the connection ends with the answer. Clients prove who they are by digest or by a certificate.</summary>
internal sealed class SaslHandler : OperationHandler<SaslResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Sasl;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        SaslRequest.Read(ref body);
        line.RefuseAndEnd(ticket, ZNodeError.AuthFailed);
    }

    /// <summary>Nothing of the tree is told with it.</summary>
    public override Zxid ZxidOf(ZNodeReply reply) => Zxid.Zero;

    /// <inheritdoc/>
    protected override SaslResponse Answer(ZNodeReply reply, object? note) => default;
}
