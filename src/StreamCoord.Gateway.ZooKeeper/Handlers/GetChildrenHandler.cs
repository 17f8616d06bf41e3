using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getChildren.</summary>
internal sealed class GetChildrenHandler : OperationHandler<GetChildrenResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetChildren;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetChildrenRequest.Read(ref body);
        line.Request(ticket, new GetChildrenOperation(request.Path.Required()), request.Watch);
    }

    /// <inheritdoc/>
    protected override GetChildrenResponse Answer(ZNodeReply reply, object? note) => new(reply.Names);
}
