using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// Keeps a consumer of v2 a member of its group, in the classic protocol: joins, assigns by 'range' when it is the leader, shows that it lives, joins again when the group rebalances or the topics
/// change. One loop, which ends when it is stopped; then the member has left. The consumer's state hears of every assignment before the next heartbeat.
/// </summary>
internal sealed class GroupMembership(
    SubscribedTopics topics, IConsumerGroupGrain group, ConsumerConfig config, ConsumerState state, OffsetStore offsets, TimeProvider time, ILogger logger)
{
    /// <summary>Kafka's default for consumers is 45 s; this one never pauses between its heartbeats, so a shorter one tells the others sooner when the silo has crashed.</summary>
    private const int SessionTimeoutMs = 10_000;
    private const int RebalanceTimeoutMs = 60_000;

    /// <summary>How many heartbeats pass between two looks at the topics: 30 s.</summary>
    private const int HeartbeatsPerLook = 10;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private string _memberId = "";
    private IReadOnlyDictionary<string, int>? _partitionCounts;
    private IReadOnlyList<string> _topics = [];
    private volatile GatewayError? _problem;

    /// <summary>Why the consumer is no member now; null when it is one, or is about to be.</summary>
    public GatewayError? Problem => _problem;

    /// <summary>Called after every assignment.</summary>
    public required Action Changed { get; init; }

    /// <summary>Is a member until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await TryJoinAndStayAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await LeaveAsync();
        }
    }

    private async Task TryJoinAndStayAsync(CancellationToken stop)
    {
        try
        {
            if (await TryJoinAsync(stop))
            {
                _problem = null;
                Changed();
                await StayAsync(stop);
            }
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            GatewayError? expected = FailureTranslation.Expected(exception);
            if (expected is null)
            {
                logger.Failed(exception, config.Name, config.Group);
            }
            _problem = expected ?? GatewayErrors.Internal();
            Changed();
            logger.MembershipFailed(config.Name, config.Group, _problem.Detail);
            await Task.Delay(_problem.IsRetriable ? RetryDelay : HeartbeatInterval, time, stop);
        }
    }

    /// <summary>One attempt: false when another one is due at once.</summary>
    private async Task<bool> TryJoinAsync(CancellationToken stop)
    {
        state.BeginRebalance();
        _topics = await topics.FindAsync();
        JoinGroupReply joined = await group.Join(new JoinGroupRequest
        {
            MemberId = _memberId,
            ClientId = config.Name,
            ClientHost = $"/{config.ClientHost}",
            ProtocolType = ConsumerProtocol.ProtocolType,
            Protocols = [new GroupProtocol(ConsumerProtocol.RangeAssignor, ConsumerProtocol.WriteSubscription(_topics))],
            SessionTimeoutMs = SessionTimeoutMs,
            RebalanceTimeoutMs = RebalanceTimeoutMs,
            RequiresKnownMemberId = true,
        }).WaitAsync(stop);
        switch (joined.Error)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.MemberIdRequired:
                _memberId = joined.MemberId;
                return false;
            case ErrorCode.UnknownMemberId:
                Forgotten();
                return false;
            default:
                throw new RequestException(V2Errors.Of(joined.Error, joined.Message));
        }
        _memberId = joined.MemberId;
        return await TrySyncAsync(joined, stop);
    }

    private async Task<bool> TrySyncAsync(JoinGroupReply joined, CancellationToken stop)
    {
        bool isLeader = joined.Leader == _memberId && !joined.SkipAssignment;
        _partitionCounts = isLeader ? await topics.CountPartitionsAsync(RangeAssignment.TopicsOf(joined.Members)) : null;
        SyncGroupReply synced = await group.Sync(new SyncGroupRequest(
            joined.GenerationId, _memberId, null, ConsumerProtocol.ProtocolType, ConsumerProtocol.RangeAssignor,
            isLeader ? RangeAssignment.Assign(joined.Members, _partitionCounts!) : [])).WaitAsync(stop);
        switch (synced.Error)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration:
                // Others may have had its partitions in that generation.
                state.Lose();
                return false;
            case ErrorCode.UnknownMemberId:
                Forgotten();
                return false;
            default:
                throw new RequestException(V2Errors.Of(synced.Error, synced.Message));
        }
        IReadOnlyList<TopicPartition> partitions = ConsumerProtocol.ReadAssignment(synced.Assignment.Span)
            ?? throw new RequestException(GatewayErrors.Of(ErrorCode.UnknownServerError, "The group's leader gave out an assignment that cannot be read."));
        offsets.Member = new GroupMember(_memberId, joined.GenerationId);
        state.EndRebalance(partitions);
        logger.Joined(config.Name, config.Group, joined.GenerationId, partitions.Count);
        return true;
    }

    /// <summary>Shows that the member lives until it has to join again.</summary>
    private async Task StayAsync(CancellationToken stop)
    {
        for (int beat = 1; ; beat++)
        {
            await Task.Delay(HeartbeatInterval, time, stop);
            GroupReply reply = await group.Heartbeat(new HeartbeatRequest(offsets.Member.GenerationId, _memberId, null)).WaitAsync(stop);
            switch (reply.Error)
            {
                case ErrorCode.UnknownMemberId:
                    Forgotten();
                    return;
                case ErrorCode.IllegalGeneration:
                    // The group has gone on without it.
                    state.Lose();
                    return;
            }
            if (reply.Error == ErrorCode.RebalanceInProgress || (beat % HeartbeatsPerLook == 0 && await HaveTopicsChangedAsync()))
            {
                await HandOverAsync();
                return;
            }
            if (reply.Error != ErrorCode.None && !reply.Error.IsRetriable())
            {
                throw new RequestException(V2Errors.Of(reply.Error, reply.Message));
            }
        }
    }

    /// <summary>Nothing is given to the client any more before what it was given is committed, so that whoever gets the partitions goes on behind it.</summary>
    private async Task HandOverAsync()
    {
        state.BeginRebalance();
        if (config.CommitsItself)
        {
            await offsets.TryCommitAllAsync();
        }
    }

    private async Task<bool> HaveTopicsChangedAsync()
    {
        IReadOnlyList<string> now = await topics.FindAsync();
        if (!now.SequenceEqual(_topics))
        {
            return true;
        }
        // The leader answers for the topics of all members.
        return _partitionCounts is { } known && await topics.CountPartitionsAsync([.. known.Keys.Union(now)]) is var counts
            && (counts.Count != known.Count || counts.Any(topic => known.GetValueOrDefault(topic.Key) != topic.Value));
    }

    private void Forgotten()
    {
        state.Lose();
        _memberId = "";
        offsets.Member = GroupMember.None;
    }

    private async Task LeaveAsync()
    {
        await HandOverAsync();
        if (_memberId.Length == 0)
        {
            return;
        }
        try
        {
            await group.Leave([new LeavingMember(_memberId, null)]);
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is { } problem)
        {
            // Then its session ends by itself.
            logger.LeavingFailed(config.Name, config.Group, problem.Detail);
        }
        offsets.Member = GroupMember.None;
    }
}
