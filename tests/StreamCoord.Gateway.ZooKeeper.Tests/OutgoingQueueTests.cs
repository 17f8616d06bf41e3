using System.Buffers;
using System.IO.Pipelines;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>How a connection's output ends.</summary>
public sealed class OutgoingQueueTests
{
    [Fact]
    public async Task AMessageThatCannotBeMade_IsToldAsAFailure()
    {
        var pipe = new Pipe();
        var queue = new OutgoingQueue(pipe.Writer, new ZooKeeperGatewayOptions(), new ConnectionStatistics(TimeProvider.System));
        queue.Begin(new PendingRequest(new RequestTicket(new BrokenHandler(), 1, 10, 0), null, ZNodeError.Ok, EndsConnection: false));
        queue.Reply(0, new ZNodeReply());
        queue.Flush();

        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.Ended.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AClientThatHasGone_IsNone()
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        var queue = new OutgoingQueue(pipe.Writer, new ZooKeeperGatewayOptions(), new ConnectionStatistics(TimeProvider.System));
        queue.Event(new WatchEvent(WatchEventType.Created, "/a", new Zxid(1)), replayed: false);
        queue.Flush();

        Assert.Null(await queue.Ended.WaitAsync(TestContext.Current.CancellationToken));
    }

    private sealed class BrokenHandler : IOperationHandler
    {
        public OpCode OpCode => OpCode.GetData;

        public void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line) => throw new NotSupportedException();

        public ZNodeError ErrorOf(ZNodeReply reply) => reply.Error;

        public Zxid ZxidOf(ZNodeReply reply) => reply.Zxid;

        public int WriteReply(IBufferWriter<byte> output, in ReplyHeader header, ZNodeReply reply, object? note) => throw new InvalidOperationException("The reply has no Stat.");
    }
}
