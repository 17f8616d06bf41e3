using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>setWatches: arms the watches of a lost connection, after telling what they have missed.</summary>
internal sealed class SetWatchesHandler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.SetWatches;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SetWatchesRequest.Read(ref body);
        line.Replay(ticket, new WatchReplay(request.SeenZxid, request.Data ?? [], request.Exist ?? [], request.Children ?? [], [], []));
    }
}
