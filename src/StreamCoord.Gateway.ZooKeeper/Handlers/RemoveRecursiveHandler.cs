using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>removeRecursive, of ClickHouse Keeper: a znode with everything below it, under one zxid.</summary>
internal sealed class RemoveRecursiveHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.RemoveRecursive;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = RemoveRecursiveRequest.Read(ref body);
        line.Request(ticket, new DeleteTreeOperation(request.Path.Required(), request.NodesMax));
    }
}
