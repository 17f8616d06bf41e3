using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups;
using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Conversion;
using StreamCoord.Groups.Offsets;
using StreamCoord.Groups.Storage;
using StreamCoord.Log.Producers;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// One group in one term of its coordinator: its members, the requests that wait, and the way to what is durable of it. It dies with the term, and whoever waits then hears that this is no coordinator
/// any more.
/// </summary>
/// <remarks>Owns its members; what is stored belongs to the term. Called by the group's grain only, one turn at a time; its methods may interleave at their awaits.</remarks>
internal sealed partial class LiveGroup
{
    private const string UnknownOutcome = "The outcome is not known: what has changed in the group could not be written. Find the coordinator anew.";

    private readonly Dictionary<RequestToken, TaskCompletionSource<JoinGroupReply>> _joins = [];
    private readonly Dictionary<RequestToken, TaskCompletionSource<SyncGroupReply>> _syncs = [];
    private readonly StoredGroup _stored;
    private readonly OffsetsTerm _term;
    private readonly GroupSurroundings _around;
    private readonly GroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClassicGroup _classic;
    private LiveConsumerGroup? _consumers;
    private IGroup _group;
    private TaskCompletionSource? _settled;
    private int _writesInFlight;
    private long _lastToken;

    /// <summary>Brings a group to life.</summary>
    /// <param name="groupId">Its id.</param>
    /// <param name="term">The term, which has read everything.</param>
    /// <param name="context">What it needs from around it.</param>
    /// <param name="changed">Called when members or deadlines may have changed.</param>
    public LiveGroup(string groupId, OffsetsTerm term, LiveGroupContext context, Action changed)
    {
        (_term, _stored, _changed) = (term, term.Find(groupId), changed);
        (_options, _around, _time, _logger) = (context.Options, context.Around, context.Time, context.Logger);
        _classic = _stored.Metadata is { } metadata ? new ClassicGroup(groupId, _options, metadata, NowMs) : new ClassicGroup(groupId, _options, NowMs);
        lock (_stored.Gate)
        {
            _consumers = _stored.Consumers.Exists ? Host(new ConsumerGroup(groupId, _options, _stored.Consumers, _around.Configs.TimesOf(groupId), NowMs)) : null;
        }
        _group = _consumers?.Group ?? (IGroup)_classic;
        _ = CloseWithTermAsync();
    }

    /// <summary>True when it serves no more.</summary>
    public bool IsClosed => _closed.Task.IsCompleted || _term.HasEnded;

    /// <summary>When <see cref="Advance"/> is to be called, milliseconds since 1970.</summary>
    public long NextDeadlineMs => _group.NextDeadlineMs;

    public bool HasMembers => _group.HasMembers;

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool Exists => _group.HasMembers || _group.State is not (GroupState.Empty or GroupState.Dead) || !_stored.IsEmpty;

    public Task<JoinGroupReply> JoinAsync(JoinGroupRequest request)
    {
        if (_consumers is { } consumers && !TryBecomeClassic())
        {
            JoinGroupReply reply = consumers.Group.Join(request, Guid.NewGuid(), _around.Topics.Current, NowMs);
            return AnswerAsync(consumers, reply, (error, message) => JoinGroupReply.Refused(error, message, request.MemberId));
        }
        var token = new RequestToken(++_lastToken);
        var answer = new TaskCompletionSource<JoinGroupReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _joins.Add(token, answer);
        _classic.Join(token, request, Guid.NewGuid(), NowMs);
        Carry();
        return answer.Task;
    }

    public Task<SyncGroupReply> SyncAsync(SyncGroupRequest request)
    {
        if (_consumers is { } consumers)
        {
            return AnswerAsync(consumers, consumers.Group.Sync(request, _around.Topics.Current, NowMs), SyncGroupReply.Refused);
        }
        var token = new RequestToken(++_lastToken);
        var answer = new TaskCompletionSource<SyncGroupReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _syncs.Add(token, answer);
        _classic.Sync(token, request, NowMs);
        Carry();
        return answer.Task;
    }

    public Task<GroupReply> HeartbeatAsync(HeartbeatRequest request)
    {
        if (_consumers is { } consumers)
        {
            return AnswerAsync(consumers, consumers.Group.Heartbeat(request, _around.Topics.Current, NowMs), (error, message) => new GroupReply(error, message));
        }
        GroupReply reply = _classic.Heartbeat(request, NowMs);
        Carry();
        return Task.FromResult(reply);
    }

    public Task<LeaveGroupReply> LeaveAsync(IReadOnlyList<LeavingMember> members)
    {
        if (_consumers is { } consumers)
        {
            return AnswerAsync(consumers, consumers.Group.Leave(members), (error, message) => new LeaveGroupReply(error, message, []));
        }
        LeaveGroupReply reply = _classic.Leave(members, NowMs);
        Carry();
        return Task.FromResult(reply);
    }

    public void Advance()
    {
        _group.Advance(NowMs);
        Carry();
        if (_consumers is { } consumers)
        {
            _ = CarryAsync(consumers);
        }
    }

    public GroupDescription Describe() => Exists && _consumers is null
        ? _classic.Describe()
        : GroupDescription.Refused(ErrorCode.GroupIdNotFound, $"There is no classic group '{_group.GroupId}'.", _group.GroupId);

    public ConsumerGroupDescription DescribeConsumers() => _consumers is { } consumers
        ? consumers.Group.Describe(_around.Topics.Current)
        : ConsumerGroupDescription.Refused(ErrorCode.GroupIdNotFound, $"There is no consumer group '{_group.GroupId}'.", _group.GroupId);

    /// <summary>Takes a heartbeat of the protocol of KIP-848. A classic group becomes one of that type by its first such member.</summary>
    public Task<ConsumerHeartbeatReply> HeartbeatAsync(ConsumerHeartbeatRequest request)
    {
        if (_consumers is null)
        {
            return UpgradeAsync(request);
        }
        return AnswerAsync(_consumers, Heartbeat(_consumers.Group, request), ConsumerHeartbeatReply.Refused);
    }

    /// <summary>Forgets the offsets of a topic, but for those that were committed later.</summary>
    public Task<GroupReply> ForgetTopicAsync(string topic, long committedUntilMs)
    {
        KeyValuePair<TopicPartition, CommittedOffset?>[] deletions;
        lock (_stored.Gate)
        {
            deletions = [.. _stored.Offsets.OfTopic(topic, committedUntilMs).Select(Deletion)];
        }
        return WriteOffsetsAsync(deletions);
    }

    public async Task<OffsetsReply> CommitAsync(CommitOffsetsRequest request)
    {
        GroupReply check = _group.CheckCommit(request, NowMs);
        if (check.Error != ErrorCode.None)
        {
            return OffsetsReply.Refused(check.Error, check.Message!);
        }
        (PartitionOutcome[] outcomes, KeyValuePair<TopicPartition, CommittedOffset?>[] accepted) = Accept(request);
        GroupReply written = await WriteOffsetsAsync(accepted);
        return written.Error == ErrorCode.None ? new OffsetsReply(ErrorCode.None, null, outcomes) : OffsetsReply.Refused(written.Error, written.Message!);
    }

    /// <summary>Whether a member, or a producer that is none, may commit offsets in a transaction now.</summary>
    public GroupReply CheckTransactionCommit(CommitOffsetsRequest request) =>
        request is { GenerationId: CommitOffsetsRequest.NoGeneration, MemberId: "", GroupInstanceId: null } ? GroupReply.Done : _group.CheckCommit(request, NowMs);

    /// <summary>Who may commit offsets in a transaction.</summary>
    public TransactionAdmission Transactions => _term.Transactions;

    /// <summary>Commits offsets that count when the producer's transaction is committed.</summary>
    public async Task<OffsetsReply> CommitAsync(CommitOffsetsRequest request, long producerId, short producerEpoch)
    {
        (PartitionOutcome[] outcomes, KeyValuePair<TopicPartition, CommittedOffset?>[] accepted) = Accept(request);
        ErrorCode error = accepted.Length == 0 ? ErrorCode.None : await WriteAsync(() => _term.AppendAsync(Records(accepted), Apply, producerId, producerEpoch));
        GroupReply written = error is ErrorCode.InvalidTxnState or ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced
            ? new GroupReply(error, "The transaction that the offsets belong to has ended.")
            : Outcome(error);
        return written.Error == ErrorCode.None ? new OffsetsReply(ErrorCode.None, null, outcomes) : OffsetsReply.Refused(written.Error, written.Message!);

        void Apply(Offset at)
        {
            lock (_stored.Gate)
            {
                for (int i = 0; i < accepted.Length; i++)
                {
                    _stored.Offsets.ApplyPending(producerId, accepted[i].Key, accepted[i].Value!, at + i);
                }
            }
        }
    }

    /// <summary>What is committed for some partitions, or for all. With <paramref name="isStable"/> a partition for which an open transaction has committed something is refused for now (KIP-447).</summary>
    public FetchOffsetsReply Fetch(IReadOnlyList<TopicPartition>? partitions, FetchingMember? member, bool isStable)
    {
        GroupReply check = _group.CheckFetch(member);
        if (check.Error != ErrorCode.None)
        {
            return new FetchOffsetsReply(check.Error, check.Message, []);
        }
        lock (_stored.Gate)
        {
            IEnumerable<FetchedOffset> offsets = (partitions ?? [.. _stored.Offsets.All.Select(pair => pair.Key)]).Select(partition => isStable && _stored.Offsets.IsUnstable(partition)
                ? Fetched(partition, null) with { Error = ErrorCode.UnstableOffsetCommit }
                : Fetched(partition, _stored.Offsets.Find(partition)));
            return new FetchOffsetsReply(ErrorCode.None, null, [.. offsets]);
        }
    }

    private (PartitionOutcome[] Outcomes, KeyValuePair<TopicPartition, CommittedOffset?>[] Accepted) Accept(CommitOffsetsRequest request)
    {
        PartitionOutcome[] outcomes = [.. request.Offsets.Select(commit => new PartitionOutcome(commit.Partition, CommitRules.Check(commit, _options)))];
        return (outcomes,
        [
            .. request.Offsets.Zip(outcomes)
                .Where(pair => pair.Second.Error == ErrorCode.None)
                .Select(pair => KeyValuePair.Create(pair.First.Partition, (CommittedOffset?)CommitRules.Accept(pair.First, request.RetentionMs, NowMs))),
        ]);
    }

    public async Task<OffsetsReply> DeleteOffsetsAsync(IReadOnlyList<TopicPartition> partitions)
    {
        GroupReply check = _group.CheckDeleteOffsets();
        if (check.Error != ErrorCode.None || !Exists)
        {
            return check.Error != ErrorCode.None
                ? OffsetsReply.Refused(check.Error, check.Message!)
                : OffsetsReply.Refused(ErrorCode.GroupIdNotFound, $"There is no group '{_group.GroupId}'.");
        }
        PartitionOutcome[] outcomes =
            [.. partitions.Select(partition => new PartitionOutcome(partition, _group.SubscribesTo(partition.Topic) ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None))];
        KeyValuePair<TopicPartition, CommittedOffset?>[] deletions;
        lock (_stored.Gate)
        {
            deletions = [.. outcomes.Where(outcome => outcome.Error == ErrorCode.None && _stored.Offsets.Find(outcome.Partition) is not null).Select(outcome => Deletion(outcome.Partition))];
        }
        GroupReply written = await WriteOffsetsAsync(deletions);
        return written.Error == ErrorCode.None ? new OffsetsReply(ErrorCode.None, null, outcomes) : OffsetsReply.Refused(written.Error, written.Message!);
    }

    public async Task<GroupReply> DeleteAsync()
    {
        if (!Exists && _group.State == GroupState.Empty)
        {
            return new GroupReply(ErrorCode.GroupIdNotFound, $"There is no group '{_group.GroupId}'.");
        }
        GroupReply ended = _group.TryEnd();
        return ended.Error == ErrorCode.None ? await ForgetAsync() : ended;
    }

    /// <summary>Forgets the offsets whose time is over, and the group when nothing is left.</summary>
    public async Task MaintainAsync()
    {
        // A commit under way may renew what looks expired; the next round looks again.
        if (_writesInFlight > 0)
        {
            return;
        }
        KeyValuePair<TopicPartition, CommittedOffset?>[] expired;
        lock (_stored.Gate)
        {
            expired = [.. _stored.Offsets.FindExpired(_group, _options.OffsetsRetentionMs, NowMs).Select(Deletion)];
        }
        await WriteOffsetsAsync(expired);
        if (expired.Length > 0)
        {
            LogExpired(_logger, expired.Length, _group.GroupId);
        }
        if (_writesInFlight == 0 && !IsClosed && _stored.HasType && HasNoOffsets() && _group.TryEnd().Error == ErrorCode.None)
        {
            await ForgetAsync();
        }
    }

    /// <summary>Serves no more; whoever waits hears why.</summary>
    public void Close(ErrorCode error, string message)
    {
        _closed.TrySetResult();
        foreach (TaskCompletionSource<JoinGroupReply> join in _joins.Values)
        {
            join.TrySetResult(JoinGroupReply.Refused(error, message));
        }
        foreach (TaskCompletionSource<SyncGroupReply> sync in _syncs.Values)
        {
            sync.TrySetResult(SyncGroupReply.Refused(error, message));
        }
        _joins.Clear();
        _syncs.Clear();
    }

    private async Task CloseWithTermAsync()
    {
        // Not awaited alone: a term would hold on to every group that ever lived in it.
        await Task.WhenAny(_term.Ended, _closed.Task);
        Close(ErrorCode.NotCoordinator, "This is not the group's coordinator any more. Find it anew.");
    }

    private void Carry()
    {
        while (_classic.TakeOutputs() is { Count: > 0 } outputs)
        {
            foreach (GroupOutput output in outputs)
            {
                Carry(output);
            }
        }
        var listing = new GroupListing(_group.GroupId, _group.ProtocolType ?? "", _group.State, _group.Type);
        if (_stored.Listing != listing)
        {
            _stored.Listing = listing;
        }
        if (_group.HasMembers)
        {
            _term.Register(_stored);
        }
        else
        {
            DropIfEmpty();
        }
        _changed();
    }

    private LiveConsumerGroup Host(ConsumerGroup group) => new(group, _stored, AppendAsync);

    private ConsumerHeartbeatReply Heartbeat(ConsumerGroup group, ConsumerHeartbeatRequest request) =>
        group.Heartbeat(request, Guid.NewGuid(), _around.Topics.Current, _around.Configs.TimesOf(_group.GroupId), NowMs);

    private async Task<ConsumerHeartbeatReply> UpgradeAsync(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch != GroupEpoch.Joining || _classic.State == GroupState.Dead)
        {
            return ConsumerHeartbeatReply.Refused(ErrorCode.GroupIdNotFound, $"There is no consumer group '{_group.GroupId}'.");
        }
        if (GroupUpgrade.Plan(_classic, _options, _around.Topics.Current, out IReadOnlyList<ConsumerGroupChange> changes) is { } refusal)
        {
            return ConsumerHeartbeatReply.Refused(refusal.Error, refusal.Message!);
        }
        var state = new ConsumerGroupState();
        foreach (ConsumerGroupChange change in changes)
        {
            state.Apply(change);
        }
        LiveConsumerGroup consumers = Host(new ConsumerGroup(_group.GroupId, _options, state, _around.Configs.TimesOf(_group.GroupId), NowMs));
        ConsumerHeartbeatReply reply = Heartbeat(consumers.Group, request);
        if (reply.Error != ErrorCode.None)
        {
            return reply;
        }
        _classic.EndForUpgrade();
        (_consumers, _group) = (consumers, consumers.Group);
        ErrorCode error = await SettleAsync(consumers.WriteUpgradeAsync(changes, () => _stored.Metadata = null));
        return error == ErrorCode.None ? reply : ConsumerHeartbeatReply.Refused(error, UnknownOutcome);
    }

    /// <summary>Gives an answer when it, and all before it, is durable.</summary>
    private async Task<T> AnswerAsync<T>(LiveConsumerGroup consumers, T reply, Func<ErrorCode, string, T> refuse)
    {
        ErrorCode error = await CarryAsync(consumers);
        return error == ErrorCode.None ? reply : refuse(error, UnknownOutcome);
    }

    /// <summary>Has what consumers have changed written; they become a classic group when they are nothing else any more.</summary>
    private Task<ErrorCode> CarryAsync(LiveConsumerGroup consumers) => SettleAsync(consumers.Group.IsClassicInDisguise ? DowngradeAsync(consumers) : consumers.WriteChangesAsync());

    private Task<ErrorCode> DowngradeAsync(LiveConsumerGroup consumers)
    {
        GroupMetadata metadata = consumers.Group.ToClassic(_around.Topics.Current, NowMs);
        var record = new CoordinatorRecord(GroupRecords.MetadataKey(_group.GroupId), GroupRecords.MetadataValue(metadata));
        (_classic, _consumers) = (new ClassicGroup(_group.GroupId, _options, metadata, NowMs), null);
        _group = _classic;
        return consumers.WriteDowngradeAsync(record, () => _stored.Metadata = metadata);
    }

    private async Task<ErrorCode> SettleAsync(Task<ErrorCode> writing)
    {
        Carry();
        ErrorCode error = await writing;
        if (error == ErrorCode.MessageTooLarge)
        {
            // Memory is ahead of what is durable: the group begins anew from that.
            Close(ErrorCode.UnknownServerError, "The group could not be written: it has more members, or they read more, than fit into one batch.");
            return ErrorCode.UnknownServerError;
        }
        return error;
    }

    /// <summary>Makes a consumer group without members one that classic members can join; false when it has members.</summary>
    private bool TryBecomeClassic()
    {
        if (_consumers!.Group.HasMembers || _consumers.Group.State == GroupState.Dead)
        {
            return false;
        }
        // Whatever is written of the classic group comes behind it.
        _ = _consumers.WriteDeletionAsync();
        (_classic, _consumers) = (new ClassicGroup(_group.GroupId, _options, NowMs), null);
        _group = _classic;
        return true;
    }

    private void DropIfEmpty()
    {
        if (_group is { State: GroupState.Empty, HasMembers: false } && _writesInFlight == 0 && _stored.IsEmpty)
        {
            _term.Unregister(_stored);
        }
    }

    private void Carry(GroupOutput output)
    {
        switch (output)
        {
            case JoinAnswered answer when _joins.Remove(answer.Token, out TaskCompletionSource<JoinGroupReply>? join):
                join.SetResult(answer.Reply);
                break;
            case SyncAnswered answer when _syncs.Remove(answer.Token, out TaskCompletionSource<SyncGroupReply>? sync):
                sync.SetResult(answer.Reply);
                break;
            case MetadataToWrite write:
                _ = WriteMetadataAsync(write);
                break;
        }
    }

    private async Task WriteMetadataAsync(MetadataToWrite write)
    {
        CoordinatorRecord record = new(GroupRecords.MetadataKey(_group.GroupId), GroupRecords.MetadataValue(write.Metadata));
        ClassicGroup group = _classic;
        ErrorCode error = await AppendAsync([record], _ => _stored.Metadata = write.Metadata);
        if (!IsClosed)
        {
            group.CompleteWrite(
                write.WriteId,
                error == ErrorCode.MessageTooLarge ? ErrorCode.UnknownServerError : error,
                error == ErrorCode.None ? null : "The group could not be written: it has more members, or they say more, than fit into one batch.",
                NowMs);
            Carry();
        }
    }

    private async Task<GroupReply> WriteOffsetsAsync(KeyValuePair<TopicPartition, CommittedOffset?>[] changes)
    {
        if (changes.Length == 0)
        {
            return GroupReply.Done;
        }
        return Outcome(await AppendAsync(Records(changes), at =>
        {
            lock (_stored.Gate)
            {
                for (int i = 0; i < changes.Length; i++)
                {
                    _stored.Offsets.Apply(changes[i].Key, changes[i].Value, at + i);
                }
            }
        }));
    }

    private CoordinatorRecord[] Records(KeyValuePair<TopicPartition, CommittedOffset?>[] changes) =>
        [.. changes.Select(change => new CoordinatorRecord(GroupRecords.OffsetKey(_group.GroupId, change.Key), change.Value is { } committed ? GroupRecords.OffsetValue(committed) : null))];

    /// <summary>Writes that nothing is left of the group, which has ended, behind everything that is under way.</summary>
    private async Task<GroupReply> ForgetAsync()
    {
        if (_writesInFlight > 0)
        {
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _settled.Task;
        }
        List<CoordinatorRecord> records = [];
        lock (_stored.Gate)
        {
            records.AddRange(_stored.Offsets.Partitions.Distinct().Select(partition => new CoordinatorRecord(GroupRecords.OffsetKey(_group.GroupId, partition), null)));
        }
        records.Add(new CoordinatorRecord(GroupRecords.MetadataKey(_group.GroupId), null));
        records.AddRange(LiveConsumerGroup.Records(_group.GroupId, _consumers?.Group.ToDeletions() ?? []));
        ErrorCode error = await AppendAsync(records, _ => _term.Unregister(_stored));
        Close(ErrorCode.CoordinatorNotAvailable, $"Group '{_group.GroupId}' was deleted.");
        return Outcome(error);
    }

    private Task<ErrorCode> AppendAsync(IReadOnlyList<CoordinatorRecord> records, Action<Offset> apply) => WriteAsync(() => _term.AppendAsync(records, apply));

    private async Task<ErrorCode> WriteAsync(Func<Task<ErrorCode>> write)
    {
        _writesInFlight++;
        _term.Register(_stored);
        try
        {
            return await write();
        }
        finally
        {
            if (--_writesInFlight == 0)
            {
                _settled?.TrySetResult();
                DropIfEmpty();
            }
        }
    }

    private bool HasNoOffsets()
    {
        lock (_stored.Gate)
        {
            return _stored.Offsets.Count == 0 && !_stored.Offsets.HasPending;
        }
    }

    private static GroupReply Outcome(ErrorCode error) => error switch
    {
        ErrorCode.None => GroupReply.Done,
        ErrorCode.MessageTooLarge => new GroupReply(ErrorCode.InvalidCommitOffsetSize, "The offsets of one request do not fit into one batch. Send fewer at a time."),
        _ => new GroupReply(ErrorCode.NotCoordinator, "The outcome is not known: what groups commit could not be written. Find the coordinator anew and look before you try again."),
    };

    private static KeyValuePair<TopicPartition, CommittedOffset?> Deletion(TopicPartition partition) => KeyValuePair.Create(partition, (CommittedOffset?)null);

    private static FetchedOffset Fetched(TopicPartition partition, CommittedOffset? committed) => committed is null
        ? new FetchedOffset(partition, Offset.None, LeaderEpoch.Unknown, "")
        : new FetchedOffset(partition, committed.Offset, committed.LeaderEpoch, committed.Metadata);

    [LoggerMessage(2603, LogLevel.Information, "{Count} committed offsets of group {GroupId} have expired.")]
    private static partial void LogExpired(ILogger logger, int count, string groupId);
}

/// <summary>What a live group needs from around it.</summary>
internal sealed record LiveGroupContext(GroupOptions Options, GroupSurroundings Around, TimeProvider Time, ILogger Logger);
