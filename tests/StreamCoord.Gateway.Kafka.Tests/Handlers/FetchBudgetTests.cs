using System.Buffers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Handlers;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Gateway.Kafka.Tests.Clients;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Tests.Handlers;

/// <summary>A client that asks for much and takes nothing gets no more of the silo's memory than a connection may hold.</summary>
public sealed class FetchBudgetTests
{
    private static readonly ClusterIdentity Self = new("c", new NodeId(1), default);

    [Fact]
    public async Task Fetches_AreReadOnlyAsTheClientTakesTheAnswersBefore()
    {
        var partitions = new CountingPartitions();
        var options = new KafkaGatewayOptions { FetchBytesMax = 1_000 };
        var sessions = new FetchSessions(options, TimeProvider.System);
        FetchReader reader = FakeFollowers.None.ReaderOf(partitions, options);
        var handler = new FetchHandler(new FetchPlanner(sessions, null!), reader, sessions, new LeaderHints(partitions, new FakeBrokers(1), Self), options);
        var context = new KafkaRequestContext(1, Requests.FetchVersion, 1, null, SecurityFakes.Client(), RequestThrottle.None, new ByteBudget(1_000), CancellationToken.None);
        List<Task<KafkaResponse>> answers = [];
        for (int i = 0; i < 10; i++)
        {
            answers.Add(await handler.BeginAsync(Body(600), context));
        }

        for (int taken = 0; taken < answers.Count; taken++)
        {
            KafkaResponse answer = await answers[taken];
            Assert.Equal(taken + 1, partitions.Reads);
            answer.Dispose();
        }
    }

    private static byte[] Body(int maxBytes)
    {
        using var writer = new KafkaWriter();
        Requests.Fetch("t", 0, maxBytes: maxBytes).Write(writer, Requests.FetchVersion);
        var target = new ArrayBufferWriter<byte>();
        writer.CopyTo(target);
        return target.WrittenSpan.ToArray();
    }

    private sealed class CountingPartitions : ILocalPartitions
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public Task<AppendReply>? TryAppend(TopicPartition partition, AppendRequest request) => null;

        public ValueTask<TransactionReply> AdmitAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, bool enters) => new(TransactionReply.Done);

        public Task<FetchReply>? TryFetch(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation)
        {
            Interlocked.Increment(ref _reads);
            return Task.FromResult(new FetchReply(ErrorCode.None, null, new RecordData(new byte[maxBytes]), new Offset(1), Offset.Zero, Offset.None));
        }

        public PartitionLeader? FindLeader(TopicPartition partition) => null;

        public PartitionRange? TryGetRange(TopicPartition partition) => new(Offset.Zero, Offset.Zero, Offset.Zero, LeaderEpoch.Unknown);

        public Task? TryWait(TopicPartition partition, Offset above, IsolationLevel isolation, CancellationToken cancellationToken) => null;
    }
}
