using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests.Client;

/// <summary>A multi as clients send it: a header before each operation, and one at the end.</summary>
internal readonly record struct MultiRequest(IReadOnlyList<MultiRequest.IOperation> Operations) : IJuteRecord<MultiRequest>
{
    public int SizeBytes => MultiHeader.End.SizeBytes + Operations.Sum(one => MultiHeader.End.SizeBytes + one.SizeBytes);

    public static IOperation Of<TRequest>(OpCode opCode, TRequest request)
        where TRequest : IJuteRecord<TRequest> => new Operation<TRequest>(opCode, request);

    public static MultiRequest Read(ref JuteReader reader) => throw new NotSupportedException();

    public void Write(ref JuteWriter writer)
    {
        foreach (IOperation one in Operations)
        {
            new MultiHeader(one.OpCode, false, ZNodeError.SystemError).Write(ref writer);
            one.Write(ref writer);
        }
        MultiHeader.End.Write(ref writer);
    }

    internal interface IOperation
    {
        OpCode OpCode { get; }

        int SizeBytes { get; }

        void Write(ref JuteWriter writer);
    }

    private sealed record Operation<TRequest>(OpCode OpCode, TRequest Request) : IOperation
        where TRequest : IJuteRecord<TRequest>
    {
        public int SizeBytes => Request.SizeBytes;

        public void Write(ref JuteWriter writer) => Request.Write(ref writer);
    }
}
