using System.Buffers;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>What carries out one operation of the protocol. Stateless; safe for concurrent use.</summary>
internal interface IOperationHandler
{
    /// <summary>The operation.</summary>
    OpCode OpCode { get; }

    /// <summary>Reads the body and puts the request into the client's line. Nothing is in the line when it throws.</summary>
    /// <exception cref="JuteFormatException">The body is not of this operation.</exception>
    void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line);

    /// <summary>The error of the reply's header, with which nothing follows it.</summary>
    ZNodeError ErrorOf(ZNodeReply reply);

    /// <summary>The zxid of the reply's header.</summary>
    Zxid ZxidOf(ZNodeReply reply);

    /// <summary>Writes the whole reply to a request that has succeeded.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="header">Its header.</param>
    /// <param name="reply">What the tree says.</param>
    /// <param name="note">What <see cref="Begin"/> has noted for the reply.</param>
    /// <returns>How many bytes were written.</returns>
    int WriteReply(IBufferWriter<byte> output, in ReplyHeader header, ZNodeReply reply, object? note);
}
