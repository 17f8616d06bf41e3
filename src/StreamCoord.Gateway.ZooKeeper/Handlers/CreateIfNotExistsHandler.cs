using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>createIfNotExists, of ClickHouse Keeper: create, for which a znode that is there is as good.</summary>
internal sealed class CreateIfNotExistsHandler : OperationHandler<CreateResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.CreateIfNotExists;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CreateRequest.Read(ref body);
        line.Request(ticket, CreateOperations.Plain(request) with { MayExist = true });
    }

    /// <inheritdoc/>
    protected override CreateResponse Answer(ZNodeReply reply, object? note) => new(reply.Path);
}
