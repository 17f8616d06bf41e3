using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>auth: proves who the client is, for the requests behind it. Whoever fails is told so and loses the connection.</summary>
internal sealed class AuthHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Auth;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var packet = AuthPacket.Read(ref body);
        ZNodeError error = packet is { Scheme: { } scheme, Auth: { } auth } ? line.Prove(scheme, auth) : ZNodeError.AuthFailed;
        if (error == ZNodeError.Ok)
        {
            line.Pass(ticket);
        }
        else
        {
            line.RefuseAndEnd(ticket, error);
        }
    }

    /// <summary>Nothing of the tree is told with it.</summary>
    public override Zxid ZxidOf(ZNodeReply reply) => Zxid.Zero;
}
