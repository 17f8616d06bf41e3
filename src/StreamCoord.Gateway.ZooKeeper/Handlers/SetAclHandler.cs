using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>setACL.</summary>
internal sealed class SetAclHandler : OperationHandler<SetAclResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.SetAcl;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SetAclRequest.Read(ref body);
        line.Request(ticket, new SetAclOperation(request.Path.Required(), request.Acl ?? [], request.Version));
    }

    /// <inheritdoc/>
    protected override SetAclResponse Answer(ZNodeReply reply, object? note) => new(reply.Stat!.Value);
}
