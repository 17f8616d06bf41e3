using System.Buffers.Binary;
using System.Runtime.InteropServices;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
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
internal sealed class ProduceHandler(IGrainFactory grains, ILocalPartitions locals, TopicIdLookup topicIds, PartitionLeaders leaders, LeaderHints hints) : IApiHandler
{
    private const int BatchLengthAt = 8;
    private const int BytesBeforeLengthEnd = 12;
    private const int MagicAt = 16;
    private const byte Magic = 2;

    private const short FirstVersionWithHints = 10;

    // Clients that know errors after which a transaction can only be aborted, and clients whose transactions are of the flow of KIP-890.
    private const short FirstVersionWithAbortable = 11;
    private const short FirstVersionThatEnters = 12;
    private const short FirstVersionWithTopicIds = 13;

    /// <inheritdoc/>
    public short ApiKey => ProduceRequest.ApiKey;

    /// <summary>Older ones are advertised because librdkafka looks for them before it compresses (KAFKA-18659), and refused when they are sent.</summary>
    public short VersionMin => 0;

    /// <inheritdoc/>
    public short VersionMax => ProduceRequest.VersionMax;

    /// <inheritdoc/>
    public bool IsFlexible(short version) => ProduceRequest.IsFlexible(version);

    /// <inheritdoc/>
    public async ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        ProduceRequest request = Read(body, context.Version);
        context.Throttle.Produced(body.Length);
        bool mayUseId = request.TransactionalId is null || context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId);
        IReadOnlyDictionary<Guid, string>? names = context.Version >= FirstVersionWithTopicIds ? await topicIds.FindNamesAsync(request.TopicData.Select(topic => topic.TopicId)) : null;
        var appends = new List<PendingProduce>();
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            string? name = names is null ? topic.Name : names.GetValueOrDefault(topic.TopicId);
            AppendReply? refusal = name is null ? AppendReply.Refused(ErrorCode.UnknownTopicId, "There is no topic of that identity.")
                : !mayUseId ? AppendReply.Refused(ErrorCode.TransactionalIdAuthorizationFailed, Access.Refusal)
                : !context.Access.AllowsTopic(AclOperation.Write, name) ? AppendReply.Refused(ErrorCode.TopicAuthorizationFailed, Access.Refusal)
                : null;
            foreach (ProduceRequest.PartitionProduceData partition in topic.PartitionData)
            {
                appends.Add(new PendingProduce(topic.Name, topic.TopicId, new TopicPartition(name ?? "", partition.Index), refusal is null
                    ? await BeginAppendAsync(new TopicPartition(name!, partition.Index), partition.Records, request, context.Version)
                    : Task.FromResult(refusal)));
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
        // Who has just begun to lead does not know yet what may be read, and takes records all the same.
        ErrorCode error = await leaders.EnsureLedAsync(partition);
        return error is ErrorCode.None or ErrorCode.OffsetNotAvailable ? null : AppendReply.Refused(error, $"{partition} cannot be written through this broker: {error.WireName()}.");
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

    private async Task<KafkaResponse> AnswerAsync(List<PendingProduce> appends, short acks, KafkaRequestContext context)
    {
        // All of them, whatever comes of one: the frame that the batches lie in is given back afterwards.
        AppendReply[] replies = await Task.WhenAll(appends.Select(append => append.Reply));
        LeaderHint?[] leads = [.. appends.Zip(replies).Select(pair => pair.Second.Error == ErrorCode.NotLeaderOrFollower && context.Version >= FirstVersionWithHints ? hints.Find(pair.First.Partition) : null)];
        var response = new ProduceResponse
        {
            Responses =
            [
                .. appends.Zip(replies, leads).GroupBy(pair => (pair.First.Topic, pair.First.TopicId)).Select(topic => new ProduceResponse.TopicProduceResponse
                {
                    Name = topic.Key.Topic,
                    TopicId = topic.Key.TopicId,
                    PartitionResponses = [.. topic.Select(pair => Describe(pair.First.Partition.Partition, pair.Second, pair.Third))],
                }),
            ],
            NodeEndpoints =
            [
                .. leads.OfType<LeaderHint>().Select(hint => hint.Broker).DistinctBy(broker => broker.NodeId).Select(broker => new ProduceResponse.NodeEndpoint
                {
                    NodeId = broker.NodeId.Value,
                    Host = broker.Host,
                    Port = broker.Port,
                    Rack = broker.Rack,
                }),
            ],
        };
        if (acks == 0)
        {
            // Whoever wants no answer learns of a failure by the connection's end.
            return response.Responses.SelectMany(topic => topic.PartitionResponses).FirstOrDefault(answer => answer.ErrorCode != 0) is { } failed
                ? throw new KafkaCloseException($"A record that was sent with acks=0 was not written: {failed.ErrorMessage}")
                : KafkaResponse.None;
        }
        return new KafkaResponse(response, context.Version, ProduceResponse.IsFlexible(context.Version), []);
    }

    private static PartitionAnswer Describe(int partition, AppendReply reply, LeaderHint? leads) => new()
    {
        Index = partition,
        ErrorCode = (short)reply.Error,
        BaseOffset = reply.BaseOffset.Value,
        LogAppendTimeMs = reply.LogAppendTimeMs,
        LogStartOffset = reply.LogStartOffset.Value,
        ErrorMessage = reply.Message,
        CurrentLeader = leads is null ? null : new() { LeaderId = leads.Broker.NodeId.Value, LeaderEpoch = leads.Epoch.Value },
    };

    /// <summary>An append that is on its way.</summary>
    private sealed record PendingProduce(string Topic, Guid TopicId, TopicPartition Partition, Task<AppendReply> Reply);
}
