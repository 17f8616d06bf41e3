using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>addWatch: a persistent watch. A success has a record of its own: four zero bytes.</summary>
internal sealed class AddWatchHandler : OperationHandler<ErrorResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.AddWatch;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = AddWatchRequest.Read(ref body);
        line.AddWatch(ticket, request.Path.Required(), WatchTypes.OfMode(request.Mode));
    }

    /// <inheritdoc/>
    protected override ErrorResponse Answer(ZNodeReply reply, object? note) => new(ZNodeError.Ok);
}
