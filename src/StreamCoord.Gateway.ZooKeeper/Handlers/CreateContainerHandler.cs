using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>createContainer: a znode that is deleted some time after its last child was.</summary>
internal sealed class CreateContainerHandler : OperationHandler<Create2Response>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.CreateContainer;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CreateRequest.Read(ref body);
        line.Request(ticket, CreateOperations.Container(request));
    }

    /// <inheritdoc/>
    protected override Create2Response Answer(ZNodeReply reply, object? note) => new(reply.Path, reply.Stat!.Value);
}
