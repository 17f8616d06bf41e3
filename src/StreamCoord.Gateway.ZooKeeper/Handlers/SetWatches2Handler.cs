using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>setWatches2: as setWatches, with persistent ones, whose missed events are not told.</summary>
internal sealed class SetWatches2Handler : BareHandler
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.SetWatches2;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SetWatches2Request.Read(ref body);
        line.Replay(
            ticket,
            new WatchReplay(
                request.SeenZxid,
                request.Data ?? [],
                request.Exist ?? [],
                request.Children ?? [],
                request.Persistent ?? [],
                request.PersistentRecursive ?? []));
    }
}
