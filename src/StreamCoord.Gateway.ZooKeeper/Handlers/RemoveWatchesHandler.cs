using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>removeWatches: those of the client's own connection.</summary>
internal sealed class RemoveWatchesHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.RemoveWatches;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = RemoveWatchesRequest.Read(ref body);
        line.RemoveWatches(ticket, request.Path.Required(), WatchTypes.OfType(request.Type));
    }
}
