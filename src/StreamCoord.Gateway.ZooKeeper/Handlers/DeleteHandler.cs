using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>delete.</summary>
internal sealed class DeleteHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Delete;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = DeleteRequest.Read(ref body);
        line.Request(ticket, new DeleteOperation(request.Path.Required(), request.Version));
    }
}
