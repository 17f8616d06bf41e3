using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>exists: the watch is armed also where there is no znode.</summary>
internal sealed class ExistsHandler : OperationHandler<ExistsResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Exists;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = ExistsRequest.Read(ref body);
        line.Request(ticket, new ExistsOperation(request.Path.Required()), request.Watch);
    }

    /// <inheritdoc/>
    protected override ExistsResponse Answer(ZNodeReply reply, object? note) => new(reply.Stat!.Value);
}
