using System.Buffers;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>A handler whose reply has a record behind the header.</summary>
/// <typeparam name="TResponse">The record; <see cref="EmptyRecord"/> for none.</typeparam>
internal abstract class OperationHandler<TResponse> : IOperationHandler
    where TResponse : IJuteRecord<TResponse>
{
    /// <inheritdoc/>
    public abstract OpCode OpCode { get; }

    /// <inheritdoc/>
    public abstract void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line);

    /// <inheritdoc/>
    public virtual ZNodeError ErrorOf(ZNodeReply reply) => reply.Error;

    /// <inheritdoc/>
    public virtual Zxid ZxidOf(ZNodeReply reply) => reply.Zxid;

    /// <inheritdoc/>
    public int WriteReply(IBufferWriter<byte> output, in ReplyHeader header, ZNodeReply reply, object? note) =>
        JuteFrame.Write(output, header, Answer(reply, note));

    /// <summary>What the client is answered when the tree has said yes.</summary>
    /// <param name="reply">What the tree says.</param>
    /// <param name="note">What <see cref="Begin"/> has noted for the reply.</param>
    protected abstract TResponse Answer(ZNodeReply reply, object? note);
}
