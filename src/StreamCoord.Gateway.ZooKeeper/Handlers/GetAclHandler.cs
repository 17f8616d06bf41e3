using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getACL.</summary>
internal sealed class GetAclHandler : OperationHandler<GetAclResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetAcl;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetAclRequest.Read(ref body);
        line.Request(ticket, new GetAclOperation(request.Path.Required()));
    }

    /// <inheritdoc/>
    protected override GetAclResponse Answer(ZNodeReply reply, object? note) => new(reply.Acl, reply.Stat!.Value);
}
