using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>setData.</summary>
internal sealed class SetDataHandler : OperationHandler<SetDataResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.SetData;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SetDataRequest.Read(ref body);
        line.Request(ticket, new SetDataOperation(request.Path.Required(), request.Data, request.Version));
    }

    /// <inheritdoc/>
    protected override SetDataResponse Answer(ZNodeReply reply, object? note) => new(reply.Stat!.Value);
}
