using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>createTTL: a znode that is deleted when it has no children and was not set for its TTL.</summary>
internal sealed class CreateTtlHandler : OperationHandler<Create2Response>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.CreateTtl;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = CreateTtlRequest.Read(ref body);
        line.Request(ticket, CreateOperations.Ttl(request));
    }

    /// <inheritdoc/>
    protected override Create2Response Answer(ZNodeReply reply, object? note) => new(reply.Path, reply.Stat!.Value);
}
