using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>checkWatches: whether the client's own connection has one.</summary>
internal sealed class CheckWatchesHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.CheckWatches;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CheckWatchesRequest.Read(ref body);
        line.CheckWatches(ticket, request.Path.Required(), WatchTypes.OfType(request.Type));
    }
}
