using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>create2: as create, with the Stat in the answer.</summary>
internal sealed class Create2Handler : OperationHandler<Create2Response>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Create2;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CreateRequest.Read(ref body);
        line.Request(ticket, CreateOperations.Plain(request));
    }

    /// <inheritdoc/>
    protected override Create2Response Answer(ZNodeReply reply, object? note) => new(reply.Path, reply.Stat!.Value);
}
