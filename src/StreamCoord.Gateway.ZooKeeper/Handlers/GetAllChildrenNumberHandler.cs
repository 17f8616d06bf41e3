using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>getAllChildrenNumber: how many descendants a znode has.</summary>
internal sealed class GetAllChildrenNumberHandler : OperationHandler<GetAllChildrenNumberResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.GetAllChildrenNumber;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = GetAllChildrenNumberRequest.Read(ref body);
        line.Request(ticket, new CountDescendantsOperation(request.Path.Required()));
    }

    /// <inheritdoc/>
    protected override GetAllChildrenNumberResponse Answer(ZNodeReply reply, object? note) => new(reply.Count!.Value);
}
