using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Transactions;
using StreamCoord.Groups;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// The shell around one group, on the node that leads its partition of <c>__consumer_offsets</c>: brings it to life over what is durable, passes calls on and wakes it when something is due. It decides nothing about groups.
/// </summary>
/// <remarks>
/// Reentrant, because joins and syncs wait for those of other members. Interleaved calls share <c>_live</c> and <c>_timer</c>, which change between awaits only. A second activation, which Orleans does
/// not rule out, can do no harm on another silo: its term has another epoch, and the log takes only the newest.
/// </remarks>
[Reentrant, NodePlacement, GrainType("led-consumer-group")]
internal sealed class LedConsumerGroupGrain(
    OffsetsPartitions partitions, GroupSurroundings around, GroupOptions options, TimeProvider time, ILogger<LedConsumerGroupGrain> logger) : Grain, ILedConsumerGroupGrain
{
    private LiveGroup? _live;
    private IGrainTimer? _timer;
    private long _dueMs = long.MaxValue;

    private string GroupId => NodeKey.Parse(this.GetPrimaryKeyString()).Key;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _timer = this.RegisterGrainTimer(_ => TickAsync(), new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _live?.Close(ErrorCode.NotCoordinator, "The silo is stopping.");
        return Task.CompletedTask;
    }

    public Task<JoinGroupReply> Join(JoinGroupRequest request) =>
        RunAsync(live => live.JoinAsync(request), (error, message) => JoinGroupReply.Refused(error, message, request.MemberId));

    public Task<SyncGroupReply> Sync(SyncGroupRequest request) => RunAsync(live => live.SyncAsync(request), SyncGroupReply.Refused);

    public Task<GroupReply> Heartbeat(HeartbeatRequest request) => RunAsync(live => live.HeartbeatAsync(request), (error, message) => new GroupReply(error, message));

    public Task<LeaveGroupReply> Leave(IReadOnlyList<LeavingMember> members) =>
        RunAsync(live => live.LeaveAsync(members), (error, message) => new LeaveGroupReply(error, message, []));

    public async Task<ConsumerHeartbeatReply> ConsumerHeartbeat(ConsumerHeartbeatRequest request)
    {
        try
        {
            await around.Topics.Ready.WaitAsync(TimeSpan.FromMilliseconds(options.LoadWaitMs), time);
        }
        catch (TimeoutException)
        {
            return ConsumerHeartbeatReply.Refused(ErrorCode.CoordinatorLoadInProgress, "The topics are being read. Try again.");
        }
        return await RunAsync(live => live.HeartbeatAsync(request), ConsumerHeartbeatReply.Refused);
    }

    public Task<ConsumerGroupDescription> DescribeConsumers() =>
        RunAsync(live => Task.FromResult(live.DescribeConsumers()), (error, message) => ConsumerGroupDescription.Refused(error, message, GroupId));

    public Task<GroupReply> ForgetTopic(string topic, long committedUntilMs) =>
        RunAsync(live => live.ForgetTopicAsync(topic, committedUntilMs), (error, message) => new GroupReply(error, message));

    public Task<OffsetsReply> CommitOffsets(CommitOffsetsRequest request) => RunAsync(live => live.CommitAsync(request), OffsetsReply.Refused);

    public Task<OffsetsReply> CommitTransactionOffsets(CommitTransactionOffsetsRequest request) => RunAsync(
        async live =>
        {
            GroupReply check = live.CheckTransactionCommit(request.Commit);
            if (check.Error == ErrorCode.None)
            {
                var writer = new TransactionalWriter(request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.Enters);
                TransactionReply admitted = await TransactionInquiry.AdmitAsync(live.Transactions, GrainFactory, writer, partitions.Of(GroupId).Partition);
                check = new GroupReply(admitted.Error, admitted.Message);
            }
            return check.Error == ErrorCode.None
                ? await live.CommitAsync(request.Commit, request.ProducerId, request.ProducerEpoch)
                : OffsetsReply.Refused(check.Error, check.Message!);
        },
        OffsetsReply.Refused);

    public Task<FetchOffsetsReply> FetchOffsets(IReadOnlyList<TopicPartition>? partitions, FetchingMember? member = null, bool isStable = false) =>
        RunAsync(live => Task.FromResult(live.Fetch(partitions, member, isStable)), (error, message) => new FetchOffsetsReply(error, message, []));

    public Task<OffsetsReply> DeleteOffsets(IReadOnlyList<TopicPartition> partitions) => RunAsync(live => live.DeleteOffsetsAsync(partitions), OffsetsReply.Refused);

    public Task<GroupDescription> Describe() =>
        RunAsync(live => Task.FromResult(live.Describe()), (error, message) => GroupDescription.Refused(error, message, GroupId));

    public Task<GroupReply> Delete() => RunAsync(live => live.DeleteAsync(), (error, message) => new GroupReply(error, message));

    public Task Maintain() => RunAsync(
        async live =>
        {
            await live.MaintainAsync();
            return true;
        },
        (_, _) => false);

    // Every failure that a caller must expect becomes a refusal here, and nowhere else.
    private async Task<T> RunAsync<T>(Func<LiveGroup, Task<T>> action, Func<ErrorCode, string, T> refuse)
    {
        LiveGroup live;
        try
        {
            do
            {
                live = await EnsureLiveAsync();
            }
            while (live.IsClosed);
        }
        catch (CoordinatorUnavailableException exception)
        {
            return refuse(exception.Error, exception.Message);
        }
        catch (TimeoutException)
        {
            return refuse(ErrorCode.CoordinatorLoadInProgress, "What groups have committed, or their topics, are being read. Try again.");
        }
        return await action(live);
    }

    private async ValueTask<LiveGroup> EnsureLiveAsync()
    {
        if (_live is not { IsClosed: false })
        {
            var wait = TimeSpan.FromMilliseconds(options.LoadWaitMs);
            OffsetsTerm term = await partitions.Of(GroupId).GetTermAsync().WaitAsync(wait, time);
            if (term.Find(GroupId).IsOfConsumers)
            {
                // Without its topics it would take them all for deleted, also when a member of the classic protocol calls, or a session ends.
                await around.Topics.Ready.WaitAsync(wait, time);
            }
            if (_live is not { IsClosed: false })
            {
                (_live, _dueMs) = (new LiveGroup(GroupId, term, new LiveGroupContext(options, around, time, logger), OnChanged), long.MaxValue);
                OnChanged();
            }
        }
        return _live;
    }

    // While the group has members it stays in memory: their sessions are here and nowhere else.
    private void OnChanged()
    {
        if (_live is not { } live)
        {
            return;
        }
        DelayDeactivation(live.HasMembers ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
        if (live.NextDeadlineMs < _dueMs)
        {
            _dueMs = live.NextDeadlineMs;
            _timer!.Change(TimeSpan.FromMilliseconds(Math.Max(0, _dueMs - live.NowMs)), Timeout.InfiniteTimeSpan);
        }
    }

    private Task TickAsync()
    {
        _dueMs = long.MaxValue;
        if (_live is { IsClosed: false } live)
        {
            live.Advance();
        }
        return Task.CompletedTask;
    }
}
