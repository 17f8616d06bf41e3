using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.FetchResponse.PartitionData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>
/// Returns batches as they lie in the segments, without looking at them; waits until there are enough. Topics go by name up to version 12, by identity from 13 on; clients that fetch the same partitions again and again
/// have sessions (KIP-227).
/// </summary>
internal sealed class FetchHandler(FetchPlanner planner, FetchReader fetching, FetchSessions sessions, LeaderHints hints, KafkaGatewayOptions options) : IApiHandler
{
    private const short FirstVersionWithTopicIds = 13;
    private const short FirstVersionWithHints = 16;

    /// <inheritdoc/>
    public short ApiKey => FetchRequest.ApiKey;

    /// <inheritdoc/>
    public short VersionMin => FetchRequest.VersionMin;

    /// <inheritdoc/>
    public short VersionMax => FetchRequest.VersionMax;

    /// <inheritdoc/>
    public bool IsFlexible(short version) => FetchRequest.IsFlexible(version);

    /// <inheritdoc/>
    public async ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        FetchRequest request = Read(body, context.Version);
        FetchPlan plan = await planner.PlanAsync(request, context.Version);
        if (plan.Error != ErrorCode.None)
        {
            return Task.FromResult(Answer(new FetchResponse { ErrorCode = (short)plan.Error }, context, []));
        }
        // In the order of the requests: the client takes the answers in that order, and only that frees room for the next.
        long bytesMax = MostBytes(request, plan.Targets);
        return AnswerAsync(request, plan, context, context.Answers.TakeAsync(bytesMax), bytesMax);
    }

    private static FetchRequest Read(ReadOnlyMemory<byte> body, short version)
    {
        var reader = new KafkaReader(body);
        return FetchRequest.Read(ref reader, version);
    }

    private static KafkaResponse Answer(FetchResponse response, KafkaRequestContext context, IReadOnlyList<IDisposable> owned) =>
        new(response, context.Version, FetchResponse.IsFlexible(context.Version), owned);

    private long MostBytes(FetchRequest request, IReadOnlyList<FetchTarget> targets) =>
        Math.Min(Math.Clamp(request.MaxBytes, 0, options.FetchBytesMax), targets.Sum(target => (long)Math.Max(target.Wanted.PartitionMaxBytes, 0)));

    private async Task<KafkaResponse> AnswerAsync(FetchRequest request, FetchPlan plan, KafkaRequestContext context, Task granted, long bytesMax)
    {
        await granted;
        var room = new Room(context.Answers, bytesMax);
        try
        {
            FetchClient client = FetchClient.Of(request, context.Version, context.Access, context.Throttle.FetchBytesMax);
            FetchRound round = await fetching.ReadAsync(request, plan.Targets, client, context.Stopping);
            if (!context.Throttle.TryFetch(round.SizeBytes))
            {
                round.Dispose();
                return Answer(new FetchResponse { SessionId = plan.Session?.Id ?? FetchSessions.None }, context, [room]);
            }
            (int sessionId, IReadOnlyList<(FetchTarget Target, PartitionAnswer Answer)> told) = Tell(plan, round, context.Version);
            return Answer(new FetchResponse { SessionId = sessionId, Responses = [.. GroupByTopic(told)], NodeEndpoints = Hint(told, context.Version) }, context, [.. round.Owned, room]);
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    private (int SessionId, IReadOnlyList<(FetchTarget Target, PartitionAnswer Answer)> Told) Tell(FetchPlan plan, FetchRound round, short version)
    {
        if (plan.Session is { } session)
        {
            return (session.Id, session.Tell(round.Answers));
        }
        if (plan.BeginsSession && sessions.TryBegin(version >= FirstVersionWithTopicIds, plan.Targets) is { } begun)
        {
            begun.Tell(round.Answers);
            return (begun.Id, round.Answers);
        }
        return (FetchSessions.None, round.Answers);
    }

    private IReadOnlyList<FetchResponse.NodeEndpoint> Hint(IReadOnlyList<(FetchTarget Target, PartitionAnswer Answer)> told, short version)
    {
        if (version < FirstVersionWithHints)
        {
            return [];
        }
        Dictionary<NodeId, FetchResponse.NodeEndpoint> endpoints = [];
        foreach ((FetchTarget target, PartitionAnswer answer) in told)
        {
            if ((ErrorCode)answer.ErrorCode is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch && hints.Find(target.Partition) is { } leads)
            {
                answer.CurrentLeader = new() { LeaderId = leads.Broker.NodeId.Value, LeaderEpoch = leads.Epoch.Value };
                endpoints[leads.Broker.NodeId] = new() { NodeId = leads.Broker.NodeId.Value, Host = leads.Broker.Host, Port = leads.Broker.Port, Rack = leads.Broker.Rack };
            }
        }
        return [.. endpoints.Values];
    }

    // Partitions of a topic that follow each other stand together.
    private static IEnumerable<FetchResponse.FetchableTopicResponse> GroupByTopic(IReadOnlyList<(FetchTarget Target, PartitionAnswer Answer)> told)
    {
        for (int i = 0; i < told.Count;)
        {
            FetchTarget first = told[i].Target;
            List<PartitionAnswer> partitions = [];
            for (; i < told.Count && told[i].Target.Topic == first.Topic && told[i].Target.TopicId == first.TopicId; i++)
            {
                partitions.Add(told[i].Answer);
            }
            yield return new FetchResponse.FetchableTopicResponse { Topic = first.Topic ?? "", TopicId = first.TopicId, Partitions = partitions };
        }
    }

    /// <summary>The part of a connection's memory that an answer holds.</summary>
    private sealed class Room(ByteBudget budget, long bytes) : IDisposable
    {
        public void Dispose() => budget.Return(bytes);
    }
}
