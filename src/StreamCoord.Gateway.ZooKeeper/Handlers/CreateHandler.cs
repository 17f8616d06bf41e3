using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>create: a znode of any kind but container and TTL.</summary>
internal sealed class CreateHandler : OperationHandler<CreateResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Create;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CreateRequest.Read(ref body);
        line.Request(ticket, CreateOperations.Plain(request));
    }

    /// <inheritdoc/>
    protected override CreateResponse Answer(ZNodeReply reply, object? note) => new(reply.Path);
}
