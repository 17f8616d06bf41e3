using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>whoAmI: everything that the connection has proved, without hashes.</summary>
internal sealed class WhoAmIHandler : OperationHandler<WhoAmIResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.WhoAmI;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        line.Request(ticket, new WhoAmIOperation());
    }

    /// <inheritdoc/>
    protected override WhoAmIResponse Answer(ZNodeReply reply, object? note) => new(reply.Identities);
}
