using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>sync: a read barrier. The answer has the path of the request.</summary>
internal sealed class SyncHandler : OperationHandler<SyncResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Sync;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SyncRequest.Read(ref body);
        line.Sync(ticket, request.Path.Required());
    }

    /// <inheritdoc/>
    protected override SyncResponse Answer(ZNodeReply reply, object? note) => new((string)note!);
}
