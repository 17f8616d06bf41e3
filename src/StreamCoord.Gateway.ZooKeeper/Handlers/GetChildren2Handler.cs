using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getChildren2.</summary>
internal sealed class GetChildren2Handler : OperationHandler<GetChildren2Response>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetChildren2;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetChildren2Request.Read(ref body);
        line.Request(ticket, new GetChildrenOperation(request.Path.Required()), request.Watch);
    }

    /// <inheritdoc/>
    protected override GetChildren2Response Answer(ZNodeReply reply, object? note) => new(reply.Names, reply.Stat!.Value);
}
