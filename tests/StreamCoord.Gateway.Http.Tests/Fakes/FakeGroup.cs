using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>
/// A classic group in memory, with its members and offsets. A join is answered at once: each one that changes something begins a generation, of which other members hear by their heartbeats; a
/// sync waits for the leader's.
/// </summary>
public sealed class FakeGroup(FakeCluster cluster, string id) : IConsumerGroupGrain
{
    private readonly Lock _gate = new();
    private readonly List<(string MemberId, JoinGroupRequest Request)> _members = [];
    private readonly Dictionary<string, int> _joined = [];
    private readonly Dictionary<TopicPartition, OffsetToCommit> _offsets = [];
    private TaskCompletionSource<IReadOnlyList<MemberAssignment>> _assigned = NewAssignment();
    private IReadOnlyList<MemberAssignment> _assignment = [];
    private int _nextMember;
    private int _generation;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Instead of what the group would say; null for that.</summary>
    public ConsumerGroupDescription? Consumers { get; set; }

    /// <summary>Answers every join, when set.</summary>
    public ErrorCode JoinError { get; set; }

    public int Generation => _generation;

    /// <summary>How many heartbeats there were.</summary>
    public int HeartbeatCount { get; private set; }

    /// <summary>Every commit, in order.</summary>
    public List<CommitOffsetsRequest> Commits { get; } = [];

    public IReadOnlyList<string> MemberIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _members.Select(member => member.MemberId)];
            }
        }
    }

    public bool Exists
    {
        get
        {
            lock (_gate)
            {
                return _members.Count > 0 || _offsets.Count > 0 || Consumers is not null;
            }
        }
    }

    public long? Committed(string topic, int partition)
    {
        lock (_gate)
        {
            return _offsets.TryGetValue(new TopicPartition(topic, partition), out OffsetToCommit? offset) ? offset.Offset.Value : null;
        }
    }

    public void Commit(string topic, int partition, long offset)
    {
        lock (_gate)
        {
            _offsets[new TopicPartition(topic, partition)] = new OffsetToCommit(new TopicPartition(topic, partition), new Offset(offset), LeaderEpoch.Unknown, "");
        }
    }

    /// <summary>Has every member join again.</summary>
    public void Rebalance()
    {
        lock (_gate)
        {
            BeginGeneration();
        }
    }

    /// <summary>Forgets a member without telling it.</summary>
    public void Expel(string memberId)
    {
        lock (_gate)
        {
            _members.RemoveAll(member => member.MemberId == memberId);
            _joined.Remove(memberId);
            BeginGeneration();
        }
    }

    /// <summary>Waits until something that a test waits for is so.</summary>
    public async Task UntilAsync(Func<FakeGroup, bool> isSo)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }
            if (isSo(this))
            {
                return;
            }
            await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    public Task<JoinGroupReply> Join(JoinGroupRequest request)
    {
        cluster.ThrowIfFailing();
        lock (_gate)
        {
            if (JoinError != ErrorCode.None)
            {
                return Task.FromResult(JoinGroupReply.Refused(JoinError, "Refused by the test."));
            }
            if (request.MemberId.Length == 0)
            {
                return Task.FromResult(JoinGroupReply.Refused(ErrorCode.MemberIdRequired, "Come back.", $"{request.ClientId}-{++_nextMember}"));
            }
            if (!_members.Exists(member => member.MemberId == request.MemberId))
            {
                _members.Add((request.MemberId, request));
                BeginGeneration();
            }
            else if (_joined.GetValueOrDefault(request.MemberId) == _generation)
            {
                BeginGeneration();
            }
            _members[_members.FindIndex(member => member.MemberId == request.MemberId)] = (request.MemberId, request);
            _joined[request.MemberId] = _generation;
            Signal();
            string leader = _members[0].MemberId;
            return Task.FromResult(new JoinGroupReply
            {
                GenerationId = _generation,
                ProtocolType = request.ProtocolType,
                ProtocolName = request.Protocols[0].Name,
                Leader = leader,
                MemberId = request.MemberId,
                Members = leader == request.MemberId ? [.. _members.Select(member => new JoinedMember(member.MemberId, null, member.Request.Protocols[0].Metadata))] : [],
            });
        }
    }

    public async Task<SyncGroupReply> Sync(SyncGroupRequest request)
    {
        cluster.ThrowIfFailing();
        Task<IReadOnlyList<MemberAssignment>> assigned;
        lock (_gate)
        {
            if (request.GenerationId != _generation)
            {
                return SyncGroupReply.Refused(ErrorCode.RebalanceInProgress, "There is a newer generation.");
            }
            if (_members[0].MemberId == request.MemberId)
            {
                _assignment = request.Assignments;
                _assigned.TrySetResult(request.Assignments);
            }
            assigned = _assigned.Task;
        }
        IReadOnlyList<MemberAssignment> assignment = await assigned;
        MemberAssignment? own = assignment.FirstOrDefault(one => one.MemberId == request.MemberId);
        lock (_gate)
        {
            Signal();
        }
        return own is null
            ? SyncGroupReply.Refused(ErrorCode.RebalanceInProgress, "The leader did not know the member.")
            : new SyncGroupReply(ErrorCode.None, null, "consumer", "range", own.Assignment);
    }

    public Task<GroupReply> Heartbeat(HeartbeatRequest request)
    {
        cluster.ThrowIfFailing();
        lock (_gate)
        {
            HeartbeatCount++;
            Signal();
            ErrorCode error = !_members.Exists(member => member.MemberId == request.MemberId) ? ErrorCode.UnknownMemberId
                : request.GenerationId != _generation ? ErrorCode.RebalanceInProgress
                : ErrorCode.None;
            return Task.FromResult(new GroupReply(error, null));
        }
    }

    public Task<LeaveGroupReply> Leave(IReadOnlyList<LeavingMember> members)
    {
        lock (_gate)
        {
            foreach (LeavingMember leaving in members)
            {
                _members.RemoveAll(member => member.MemberId == leaving.MemberId);
                _joined.Remove(leaving.MemberId);
            }
            BeginGeneration();
            return Task.FromResult(new LeaveGroupReply(ErrorCode.None, null, [.. members.Select(member => new LeftMember(member.MemberId, null, ErrorCode.None))]));
        }
    }

    public Task<OffsetsReply> CommitOffsets(CommitOffsetsRequest request)
    {
        cluster.ThrowIfFailing();
        lock (_gate)
        {
            if (request.MemberId.Length > 0 && !_members.Exists(member => member.MemberId == request.MemberId))
            {
                return Task.FromResult(OffsetsReply.Refused(ErrorCode.UnknownMemberId, "Not a member."));
            }
            Commits.Add(request);
            foreach (OffsetToCommit offset in request.Offsets)
            {
                _offsets[offset.Partition] = offset;
            }
            Signal();
            return Task.FromResult(new OffsetsReply(ErrorCode.None, null, [.. request.Offsets.Select(offset => new PartitionOutcome(offset.Partition, ErrorCode.None))]));
        }
    }

    public Task<FetchOffsetsReply> FetchOffsets(IReadOnlyList<TopicPartition>? partitions, FetchingMember? member = null, bool isStable = false)
    {
        cluster.ThrowIfFailing();
        lock (_gate)
        {
            return Task.FromResult(new FetchOffsetsReply(ErrorCode.None, null,
            [
                .. (partitions ?? [.. _offsets.Keys]).Select(partition => _offsets.TryGetValue(partition, out OffsetToCommit? offset)
                    ? new FetchedOffset(partition, offset.Offset, offset.LeaderEpoch, offset.Metadata ?? "")
                    : new FetchedOffset(partition, Offset.None, LeaderEpoch.Unknown, "")),
            ]));
        }
    }

    public Task<GroupDescription> Describe()
    {
        cluster.ThrowIfFailing();
        lock (_gate)
        {
            return Task.FromResult(!Exists
                ? GroupDescription.Refused(ErrorCode.GroupIdNotFound, $"There is no group '{id}'.", id)
                : new GroupDescription(ErrorCode.None, null, id, _members.Count == 0 ? GroupState.Empty : GroupState.Stable, _members.Count == 0 ? "" : "consumer", _members.Count == 0 ? "" : "range", _generation,
                [
                    .. _members.Select(member => new DescribedMember(member.MemberId, null, member.Request.ClientId, member.Request.ClientHost, default,
                        _assignment.FirstOrDefault(one => one.MemberId == member.MemberId)?.Assignment ?? default)),
                ]));
        }
    }

    public Task<ConsumerGroupDescription> DescribeConsumers()
    {
        cluster.ThrowIfFailing();
        return Task.FromResult(Consumers ?? ConsumerGroupDescription.Refused(ErrorCode.GroupIdNotFound, "It is classic.", id));
    }

    public Task<ConsumerHeartbeatReply> ConsumerHeartbeat(ConsumerHeartbeatRequest request) => throw new NotSupportedException();

    public Task<GroupReply> ForgetTopic(string topic, long committedUntilMs) => throw new NotSupportedException();

    public Task<OffsetsReply> CommitTransactionOffsets(CommitTransactionOffsetsRequest request) => throw new NotSupportedException();

    public Task<OffsetsReply> DeleteOffsets(IReadOnlyList<TopicPartition> partitions) => throw new NotSupportedException();

    public Task<GroupReply> Delete() => throw new NotSupportedException();

    public Task Maintain() => throw new NotSupportedException();

    private void BeginGeneration()
    {
        _generation++;
        _assigned.TrySetResult([]);
        _assigned = NewAssignment();
        Signal();
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static TaskCompletionSource<IReadOnlyList<MemberAssignment>> NewAssignment() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
