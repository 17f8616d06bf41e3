using System.Buffers.Binary;
using System.Runtime.InteropServices;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Puts batches at the ends of partitions. The batches stay in the frame that they came in until they are written: nothing is copied and no record is looked at.
/// </summary>
/// <remarks>Appends of a connection have their places in the partitions' queues in the order of its requests, as idempotent producers need.</remarks>
internal sealed class ProduceHandler(IGrainFactory grains, ILocalPartitions locals) : IApiHandler
{
    private const int BatchLengthAt = 8;
    private const int BytesBeforeLengthEnd = 12;
    private const int MagicAt = 16;
    private const byte Magic = 2;

    // Clients that know errors after which a transaction can only be aborted, and clients whose transactions are of the flow of KIP-890.
    private const short FirstVersionWithAbortable = 11;
    private const short FirstVersionThatEnters = 12;

    /// <inheritdoc/>
    public short ApiKey => ProduceRequest.ApiKey;

    /// <summary>Older ones are advertised because librdkafka looks for them before it compresses (KAFKA-18659), and refused when they are sent.</summary>
    public short VersionMin => 0;

    /// <summary>From version 13 on, topics go by their ids.</summary>
    public short VersionMax => 12;

    /// <inheritdoc/>
    public bool IsFlexible(short version) => ProduceRequest.IsFlexible(version);

    /// <inheritdoc/>
    public async ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        ProduceRequest request = Read(body, context.Version);
        context.Throttle.Produced(body.Length);
        bool mayUseId = request.TransactionalId is null || context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId);
        var appends = new List<(string Topic, int Partition, Task<AppendReply> Reply)>();
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            bool isAllowed = mayUseId && context.Access.AllowsTopic(AclOperation.Write, topic.Name);
            foreach (ProduceRequest.PartitionProduceData partition in topic.PartitionData)
            {
                appends.Add((topic.Name, partition.Index, isAllowed
                    ? await BeginAppendAsync(new TopicPartition(topic.Name, partition.Index), partition.Records, request, context.Version)
                    : Task.FromResult(AppendReply.Refused(mayUseId ? ErrorCode.TopicAuthorizationFailed : ErrorCode.TransactionalIdAuthorizationFailed, Access.Refusal))));
            }
        }
        return AnswerAsync(appends, request.Acks, context);
    }

    private static ProduceRequest Read(ReadOnlyMemory<byte> body, short version)
    {
        if (version < ProduceRequest.VersionMin)
        {
            throw new KafkaFormatException($"Produce version {version} carries record formats from before Kafka 0.11, which are not served.");
        }
        var reader = new KafkaReader(body);
        return ProduceRequest.Read(ref reader, version);
    }

    private async ValueTask<Task<AppendReply>> BeginAppendAsync(TopicPartition partition, ReadOnlyMemory<byte>? records, ProduceRequest request, short version)
    {
        if (Check(records, request) is { } refusal)
        {
            return Task.FromResult(refusal);
        }
        if (request.TransactionalId is { } transactionalId && await RefuseTransactionAsync(partition, transactionalId, records!.Value, version) is { } outside)
        {
            return Task.FromResult(outside);
        }
        var append = new AppendRequest(new RecordData(MemoryMarshal.AsMemory(records!.Value)), (RequiredAcks)request.Acks);
        if (locals.TryAppend(partition, append) is { } begun)
        {
            return begun;
        }
        // The grain takes the partition over; then the queue is open, and it alone keeps the order.
        if (await TakeOverAsync(partition) is { } unserved)
        {
            return Task.FromResult(unserved);
        }
        return locals.TryAppend(partition, append) ?? Task.FromResult(await AppendByGrainAsync(grains.GetGrain<IPartitionGrain>(partition.ToString()), append));
    }

    private async ValueTask<AppendReply?> TakeOverAsync(TopicPartition partition)
    {
        PartitionDescription description = await grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe();
        return description.Error == ErrorCode.None ? null : AppendReply.Refused(description.Error, description.Message!);
    }

    private async ValueTask<AppendReply?> RefuseTransactionAsync(TopicPartition partition, string transactionalId, ReadOnlyMemory<byte> batch, short version)
    {
        bool enters = version >= FirstVersionThatEnters;
        TransactionReply admitted = await locals.AdmitAsync(partition, transactionalId, batch, enters);
        if (admitted.Error == ErrorCode.NotLeaderOrFollower)
        {
            if (await TakeOverAsync(partition) is { } unserved)
            {
                return unserved;
            }
            admitted = await locals.AdmitAsync(partition, transactionalId, batch, enters);
        }
        return admitted.Error == ErrorCode.None ? null : AppendReply.Refused(ErrorOf(admitted.Error, version), admitted.Message ?? "");
    }

    // In the words that a producer of that version knows, as Kafka's brokers translate them.
    private static ErrorCode ErrorOf(ErrorCode error, short version) => error switch
    {
        ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
        ErrorCode.TransactionAbortable when version < FirstVersionWithAbortable => ErrorCode.InvalidTxnState,
        ErrorCode.ConcurrentTransactions when version < FirstVersionThatEnters => ErrorCode.NotEnoughReplicas,
        ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator => ErrorCode.NotEnoughReplicas,
        _ => error,
    };

    // One at a time, which keeps the order; and of a copy, because a call that times out leaves the batch with the grain.
    private static Task<AppendReply> AppendByGrainAsync(IPartitionGrain grain, AppendRequest append) =>
        grain.Append(append with { Data = new RecordData(append.Data.Bytes.ToArray()) });

    private static AppendReply? Check(ReadOnlyMemory<byte>? records, ProduceRequest request)
    {
        if (request.Acks is < -1 or > 1)
        {
            return AppendReply.Refused(ErrorCode.InvalidRequiredAcks, $"acks is {request.Acks}; it may be -1, 0 or 1.");
        }
        return records is { Length: > MagicAt } bytes && bytes.Span[MagicAt] == Magic
            && BinaryPrimitives.ReadInt32BigEndian(bytes.Span[BatchLengthAt..]) == bytes.Length - BytesBeforeLengthEnd
            ? null
            : AppendReply.Refused(ErrorCode.InvalidRecord, "A produce request has exactly one record batch, of format 2, for a partition.");
    }

    private static async Task<KafkaResponse> AnswerAsync(List<(string Topic, int Partition, Task<AppendReply> Reply)> appends, short acks, KafkaRequestContext context)
    {
        // All of them, whatever comes of one: the frame that the batches lie in is given back afterwards.
        AppendReply[] replies = await Task.WhenAll(appends.Select(append => append.Reply));
        List<(string Topic, PartitionAnswer Answer)> answers = [.. appends.Zip(replies, (append, reply) => (append.Topic, Describe(append.Partition, reply)))];
        if (acks == 0)
        {
            // Whoever wants no answer learns of a failure by the connection's end.
            return answers.Find(one => one.Answer.ErrorCode != 0) is (not null, var failed)
                ? throw new KafkaCloseException($"A record that was sent with acks=0 was not written: {failed.ErrorMessage}")
                : KafkaResponse.None;
        }
        var response = new ProduceResponse
        {
            Responses =
            [
                .. answers.GroupBy(one => one.Topic).Select(topic => new ProduceResponse.TopicProduceResponse
                {
                    Name = topic.Key,
                    PartitionResponses = [.. topic.Select(one => one.Answer)],
                }),
            ],
        };
        return new KafkaResponse(response, context.Version, ProduceResponse.IsFlexible(context.Version), []);
    }

    private static PartitionAnswer Describe(int partition, AppendReply reply) => new()
    {
        Index = partition,
        ErrorCode = (short)reply.Error,
        BaseOffset = reply.BaseOffset.Value,
        LogAppendTimeMs = reply.LogAppendTimeMs,
        LogStartOffset = reply.LogStartOffset.Value,
        ErrorMessage = reply.Message,
    };
}
