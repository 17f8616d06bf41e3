using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Tests.Transactions;

/// <summary>A transactional producer, in the older flow, in which it puts partitions into its transaction by itself, or in that of KIP-890. For one caller at a time.</summary>
internal sealed class TransactionClient(IServiceProvider silo, string transactionalId, bool raisesEpoch)
{
    public const int TimeoutMs = 60_000;

    private readonly Dictionary<TopicPartition, int> _sequences = [];

    public ITransactionGrain Coordinator { get; } = silo.GetRequiredService<IGrainFactory>().GetGrain<ITransactionGrain>(transactionalId);

    public long ProducerId { get; private set; } = -1;

    public short ProducerEpoch { get; private set; } = -1;

    private IGrainFactory Grains { get; } = silo.GetRequiredService<IGrainFactory>();

    private ILocalPartitions Locals { get; } = silo.GetRequiredService<ILocalPartitions>();

    public async Task<ErrorCode> InitAsync()
    {
        ProducerReply reply = await Coordinator.InitProducer(new InitProducerRequest(TimeoutMs, -1, -1));
        Take(reply);
        return reply.Error;
    }

    public async Task<ErrorCode> AppendAsync(TopicPartition partition, params string[] values)
    {
        if (!raisesEpoch && await EnterAsync(partition) is var entered and not ErrorCode.None)
        {
            return entered;
        }
        RecordData batch = Batch(partition, values);
        // The partition has to be led here before it can be asked.
        await Grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe();
        TransactionReply admitted = await Locals.AdmitAsync(partition, transactionalId, batch.Bytes, raisesEpoch);
        return admitted.Error == ErrorCode.None
            ? (await Grains.GetGrain<IPartitionGrain>(partition.ToString()).Append(new AppendRequest(batch, RequiredAcks.All))).Error
            : admitted.Error;
    }

    public async Task<ErrorCode> EnterAsync(TopicPartition partition) =>
        (await Coordinator.Enter(new EnterTransactionRequest(ProducerId, ProducerEpoch, [partition], EnterMode.Add))).Error;

    /// <summary>Commits an offset for partition t/0 in the transaction.</summary>
    public async Task<ErrorCode> CommitOffsetAsync(string groupId, long offset)
    {
        if (!raisesEpoch)
        {
            await EnterAsync(new TopicPartition(CoordinatorTopics.ConsumerOffsets, CoordinatorTopics.PartitionOf(groupId, 50)));
        }
        var commit = new CommitOffsetsRequest(CommitOffsetsRequest.NoGeneration, "", null, -1, [new OffsetToCommit(new TopicPartition("t", 0), new Offset(offset), LeaderEpoch.Unknown, null)]);
        OffsetsReply reply = await Grains.GetGrain<IConsumerGroupGrain>(groupId).CommitTransactionOffsets(
            new CommitTransactionOffsetsRequest(transactionalId, ProducerId, ProducerEpoch, raisesEpoch, commit));
        return reply.Error;
    }

    public async Task<ErrorCode> EndAsync(bool isCommit)
    {
        ProducerReply reply = await Coordinator.End(new EndTransactionRequest(ProducerId, ProducerEpoch, isCommit, raisesEpoch));
        if (raisesEpoch)
        {
            Take(reply);
        }
        return reply.Error;
    }

    /// <summary>What a reader of committed records finds.</summary>
    public static async Task<List<string>> ReadAsync(IGrainFactory grains, TopicPartition partition)
    {
        List<string> values = [];
        Offset next = Offset.Zero;
        while (true)
        {
            FetchReply reply = await grains.GetGrain<IPartitionGrain>(partition.ToString()).Fetch(new FetchRequest(next, 1 << 20, 0, IsolationLevel.ReadCommitted));
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            using RecordData data = reply.Data;
            if (data.Bytes.IsEmpty)
            {
                return values;
            }
            next = Filter(data.Bytes.Span, reply.Aborted, values);
        }
    }

    private static Offset Filter(ReadOnlySpan<byte> bytes, IReadOnlyList<AbortedTransaction> aborted, List<string> values)
    {
        var coming = new Queue<AbortedTransaction>(aborted.OrderBy(one => one.FirstOffset.Value));
        HashSet<long> dropped = [];
        Offset next = Offset.Zero;
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            while (coming.TryPeek(out AbortedTransaction one) && one.FirstOffset <= header.LastOffset)
            {
                dropped.Add(coming.Dequeue().ProducerId);
            }
            next = header.NextOffset;
            if (header.IsControl)
            {
                dropped.Remove(header.ProducerId);
                continue;
            }
            using var records = new RecordReader(batch);
            while (!(header.IsTransactional && dropped.Contains(header.ProducerId)) && records.MoveNext(out RecordView record))
            {
                values.Add(Encoding.UTF8.GetString(record.Value.Span));
            }
        }
        return next;
    }

    private void Take(ProducerReply reply)
    {
        if (reply.Error == ErrorCode.None && (reply.ProducerId, reply.ProducerEpoch) != (ProducerId, ProducerEpoch))
        {
            (ProducerId, ProducerEpoch) = (reply.ProducerId, reply.ProducerEpoch);
            _sequences.Clear();
        }
    }

    private RecordData Batch(TopicPartition partition, string[] values)
    {
        int sequence = _sequences.GetValueOrDefault(partition);
        using var builder = new RecordBatchBuilder { ProducerId = ProducerId, ProducerEpoch = ProducerEpoch, BaseSequence = sequence, IsTransactional = true };
        foreach (string value in values)
        {
            builder.Append(1_700_000_000_000, NullableBytes.Null, Encoding.UTF8.GetBytes(value));
        }
        _sequences[partition] = sequence + values.Length;
        return builder.Build();
    }
}
