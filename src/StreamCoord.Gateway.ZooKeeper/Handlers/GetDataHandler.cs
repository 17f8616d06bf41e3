using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getData.</summary>
internal sealed class GetDataHandler : OperationHandler<GetDataResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetData;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetDataRequest.Read(ref body);
        line.Request(ticket, new GetDataOperation(request.Path.Required()), request.Watch);
    }

    /// <inheritdoc/>
    protected override GetDataResponse Answer(ZNodeReply reply, object? note) => new(reply.Data, reply.Stat!.Value);
}
