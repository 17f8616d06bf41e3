using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getEphemerals: those of the client's own session.</summary>
internal sealed class GetEphemeralsHandler : OperationHandler<GetEphemeralsResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetEphemerals;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetEphemeralsRequest.Read(ref body);
        line.Request(ticket, new GetEphemeralsOperation(request.PathPrefix ?? ""));
    }

    /// <inheritdoc/>
    protected override GetEphemeralsResponse Answer(ZNodeReply reply, object? note) => new(reply.Names);
}
