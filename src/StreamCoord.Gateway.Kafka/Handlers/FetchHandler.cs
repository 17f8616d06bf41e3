using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.ZNodes;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.FetchResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Returns batches as they lie in the segments, without looking at them; waits until there are enough, without polling.
/// </summary>
/// <remarks>Keeps no fetch sessions (KIP-227): it answers every full fetch with session 0, which tells the client to send full fetches.</remarks>
internal sealed class FetchHandler(IGrainFactory grains, ILocalPartitions locals, KafkaGatewayOptions options, ZNodeOptions znodes, TimeProvider time) : IApiHandler
{
    private const int NewSession = 0;
    private const int NoSession = -1;

    /// <inheritdoc/>
    public short ApiKey => FetchRequest.ApiKey;

    /// <inheritdoc/>
    public short VersionMin => FetchRequest.VersionMin;

    /// <summary>From version 13 on, topics go by their ids.</summary>
    public short VersionMax => 12;

    /// <inheritdoc/>
    public bool IsFlexible(short version) => FetchRequest.IsFlexible(version);

    /// <inheritdoc/>
    public ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        var reader = new KafkaReader(body);
        FetchRequest request = FetchRequest.Read(ref reader, context.Version);
        if (request.SessionId != 0 || (request.SessionEpoch is not (NewSession or NoSession)))
        {
            return new(Task.FromResult(Answer(new FetchResponse { ErrorCode = (short)ErrorCode.FetchSessionIdNotFound }, context, [])));
        }
        // In the order of the requests: the client takes the answers in that order, and only that frees room for the next.
        long bytesMax = MostBytes(request);
        return new(AnswerAsync(request, context, context.Answers.TakeAsync(bytesMax), bytesMax));
    }

    private static KafkaResponse Answer(FetchResponse response, KafkaRequestContext context, IReadOnlyList<IDisposable> owned) =>
        new(response, context.Version, FetchResponse.IsFlexible(context.Version), owned);

    private long MostBytes(FetchRequest request) =>
        Math.Min(Math.Clamp(request.MaxBytes, 0, options.FetchBytesMax), request.Topics.Sum(topic => topic.Partitions.Sum(partition => (long)Math.Max(partition.PartitionMaxBytes, 0))));

    private async Task<KafkaResponse> AnswerAsync(FetchRequest request, KafkaRequestContext context, Task granted, long bytesMax)
    {
        await granted;
        var room = new Room(context.Answers, bytesMax);
        try
        {
            FetchRound round = await ReadEnoughAsync(request, context);
            if (!context.Throttle.TryFetch(round.SizeBytes))
            {
                round.Dispose();
                return Answer(new FetchResponse(), context, [room]);
            }
            var response = new FetchResponse
            {
                Responses =
                [
                    .. round.Answers.Select(topic => new FetchResponse.FetchableTopicResponse
                    {
                        Topic = topic.Topic,
                        Partitions = topic.Partitions,
                    }),
                ],
            };
            return Answer(response, context, [.. round.Owned, room]);
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    private async Task<FetchRound> ReadEnoughAsync(FetchRequest request, KafkaRequestContext context)
    {
        CancellationToken stopping = context.Stopping;
        long started = time.GetTimestamp();
        while (true)
        {
            FetchRound round = await ReadAsync(request, context);
            TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(request.MaxWaitMs, 0)) - time.GetElapsedTime(started);
            if (round.SizeBytes >= request.MinBytes || round.HasError || left <= TimeSpan.Zero || stopping.IsCancellationRequested)
            {
                return round;
            }
            round.Dispose();
            await WaitAsync(round, left, stopping);
        }
    }

    private async Task<FetchRound> ReadAsync(FetchRequest request, KafkaRequestContext context)
    {
        var round = new FetchRound(
            (int)Math.Min(Math.Min(request.MaxBytes, options.FetchBytesMax), context.Throttle.FetchBytesMax),
            request.IsolationLevel == 0 ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted);
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            bool isAllowed = context.Access.AllowsTopic(AclOperation.Read, topic.Topic);
            var answers = new PartitionAnswer[topic.Partitions.Count];
            for (int i = 0; i < answers.Length; i++)
            {
                answers[i] = await ReadAsync(topic.Topic, topic.Partitions[i], round, isAllowed);
            }
            round.Answers.Add((topic.Topic, answers));
        }
        return round;
    }

    private async Task<PartitionAnswer> ReadAsync(string topic, FetchRequest.FetchPartition wanted, FetchRound round, bool isAllowed)
    {
        var partition = new TopicPartition(topic, wanted.Partition);
        FetchReply reply = !isAllowed || (topic == IZNodeTreeGrain.TreeName && !znodes.TopicReadable)
            ? new FetchReply(ErrorCode.TopicAuthorizationFailed, null, RecordData.Empty, Offset.None, Offset.None, Offset.None)
            : await ReadAsync(partition, new Offset(wanted.FetchOffset), round.Allow(wanted.PartitionMaxBytes), round.Isolation);
        round.Take(partition, reply);
        return new PartitionAnswer
        {
            PartitionIndex = wanted.Partition,
            ErrorCode = (short)reply.Error,
            HighWatermark = reply.HighWatermark.Value,
            LastStableOffset = reply.LastStableOffset.Value,
            LogStartOffset = reply.LogStartOffset.Value,
            AbortedTransactions = round.Isolation == IsolationLevel.ReadUncommitted
                ? null
                : [.. reply.Aborted.Select(aborted => new FetchResponse.AbortedTransaction { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset.Value })],
            Records = reply.Data.Bytes,
        };
    }

    private async Task<FetchReply> ReadAsync(TopicPartition partition, Offset from, int maxBytes, IsolationLevel isolation)
    {
        // Where the response is full already, only the ends of the partition are told.
        if (maxBytes <= 0 && locals.TryGetRange(partition) is { } range && range.LogStart <= from && from <= range.HighWatermark)
        {
            return new FetchReply(ErrorCode.None, null, RecordData.Empty, range.HighWatermark, range.LogStart, Offset.None) { LastStableOffset = range.LastStable };
        }
        return await (locals.TryFetch(partition, from, Math.Max(maxBytes, 1), isolation) ??
            grains.GetGrain<IPartitionGrain>(partition.ToString()).Fetch(new Partitions.FetchRequest(from, Math.Max(maxBytes, 1), 0, isolation)));
    }

    private async Task WaitAsync(FetchRound round, TimeSpan left, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(left, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        List<Task> waits = [];
        foreach ((TopicPartition partition, Offset end) in round.Ends)
        {
            if (locals.TryWait(partition, end, round.Isolation, stop.Token) is { } wait)
            {
                waits.Add(wait);
            }
        }
        if (waits.Count == 0)
        {
            waits.Add(Task.Delay(left, time, stop.Token));
        }
        await (await Task.WhenAny(waits)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync();
    }

    /// <summary>The part of a connection's memory that an answer holds.</summary>
    private sealed class Room(ByteBudget budget, long bytes) : IDisposable
    {
        public void Dispose() => budget.Return(bytes);
    }
}
