using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>filteredList, of ClickHouse Keeper: getChildren2 for the children of one kind.</summary>
internal sealed class FilteredListHandler : OperationHandler<GetChildren2Response>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.FilteredList;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = FilteredListRequest.Read(ref body);
        line.Request(ticket, new GetChildrenOperation(request.Path.Required(), request.Filter), request.Watch);
    }

    /// <inheritdoc/>
    protected override GetChildren2Response Answer(ZNodeReply reply, object? note) => new(reply.Names, reply.Stat!.Value);
}
