using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Conversion;
using StreamCoord.Groups.Storage;
using StreamCoord.Groups.Tests.Consumer;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>
/// A group of whichever type it is, with a clock and topics of its own: it changes its type as the service's shell has it do. What it writes goes through the bytes of its records into a view, from
/// which it can be begun again.
/// </summary>
internal sealed class MixedHarness : IConsumerService
{
    public const int SessionTimeoutMs = 45_000;
    public const int RebalanceTimeoutMs = 60_000;

    private readonly GroupOptions _options;
    private readonly Dictionary<RequestToken, (GroupOutput Answer, long AtMs)> _answers = [];
    private readonly List<(ClassicGroup Group, MetadataToWrite Write)> _held = [];
    private readonly HashSet<RequestToken> _waiting = [];
    private ClassicGroup _classic;
    private long _tokens;
    private int _guids;

    public MixedHarness(GroupOptions? options = null)
    {
        _options = options ?? new GroupOptions { InitialRebalanceDelayMs = 0 };
        _classic = new ClassicGroup("g", _options, NowMs);
    }

    /// <summary>The consumer group; null while the group is a classic one.</summary>
    public ConsumerGroup? Consumers { get; private set; }

    public ClassicGroup Classic => _classic;

    public IGroup Group => Consumers ?? (IGroup)_classic;

    public TopicImage Image { get; private set; } = TopicImage.Empty;

    public long NowMs { get; private set; } = 1_000_000;

    public bool HoldsWrites { get; set; }

    /// <summary>What is durable of the classic group, and of the consumer group; one of them is empty.</summary>
    public GroupMetadata? DurableClassic { get; private set; }

    public ConsumerGroupState DurableConsumers { get; } = new();

    /// <summary>How often the group has become a consumer group, and a classic one.</summary>
    public int Upgrades { get; private set; }

    public int Downgrades { get; private set; }

    public int Restarts { get; private set; }

    public TopicId SetTopic(string name, int partitions)
    {
        TopicId id = Image.Find(name)?.TopicId ?? new TopicId(new Guid(++_guids, 7, 7, new byte[8]));
        Image = Image.With(name, new ImageTopic(name, id, partitions));
        return id;
    }

    public ConsumerHeartbeatReply Send(ConsumerHeartbeatRequest request)
    {
        ConsumerHeartbeatReply reply = Consumers is { } consumers ? Beat(consumers, request) : Upgrade(request);
        Assert.Equal(reply.Error == ErrorCode.None, reply.Message is null);
        Carry();
        return reply;
    }

    public DescribedConsumer? FindMember(string memberId) => Consumers?.Describe(Image).Members.FirstOrDefault(member => member.MemberId == memberId);

    public RequestToken Join(JoinGroupRequest request)
    {
        var token = new RequestToken(++_tokens);
        if (Consumers is { HasMembers: false } empty)
        {
            Write(empty.TakeChanges().Concat(empty.ToDeletions()));
            (Consumers, _classic) = (null, new ClassicGroup("g", _options, NowMs));
        }
        if (Consumers is { } consumers)
        {
            _answers.Add(token, (new JoinAnswered(token, consumers.Join(request, Fresh(), Image, NowMs)), NowMs));
        }
        else
        {
            _waiting.Add(token);
            _classic.Join(token, request, Fresh(), NowMs);
        }
        Carry();
        return token;
    }

    public RequestToken Sync(SyncGroupRequest request)
    {
        var token = new RequestToken(++_tokens);
        if (Consumers is { } consumers)
        {
            _answers.Add(token, (new SyncAnswered(token, consumers.Sync(request, Image, NowMs)), NowMs));
        }
        else
        {
            _waiting.Add(token);
            _classic.Sync(token, request, NowMs);
        }
        Carry();
        return token;
    }

    public ErrorCode Heartbeat(string memberId, int generation, string? instanceId = null)
    {
        var request = new HeartbeatRequest(generation, memberId, instanceId);
        GroupReply reply = Consumers is { } consumers ? consumers.Heartbeat(request, Image, NowMs) : _classic.Heartbeat(request, NowMs);
        Carry();
        return reply.Error;
    }

    public ErrorCode Leave(string memberId, string? instanceId = null)
    {
        LeavingMember[] leaving = [new LeavingMember(memberId, instanceId)];
        LeaveGroupReply reply = Consumers is { } consumers ? consumers.Leave(leaving) : _classic.Leave(leaving, NowMs);
        Carry();
        return Assert.Single(reply.Members).Error;
    }

    public ErrorCode Commit(string memberId, int generation, bool knowsEpochs) =>
        Group.CheckCommit(new CommitOffsetsRequest(generation, memberId, null, -1, []) { KnowsMemberEpochs = knowsEpochs }, NowMs).Error;

    public bool IsAnswered(RequestToken token) => _answers.ContainsKey(token);

    public long AnsweredMs(RequestToken token) => _answers[token].AtMs;

    public JoinGroupReply Joined(RequestToken token) => Assert.IsType<JoinAnswered>(_answers.GetValueOrDefault(token).Answer).Reply;

    public SyncGroupReply Synced(RequestToken token) => Assert.IsType<SyncAnswered>(_answers.GetValueOrDefault(token).Answer).Reply;

    /// <summary>Moves the clock from deadline to deadline, as a timer does.</summary>
    public void Pass(long ms)
    {
        for (long end = NowMs + ms; NowMs < end;)
        {
            NowMs = Math.Clamp(Group.NextDeadlineMs, NowMs, end);
            Group.Advance(NowMs);
            Carry();
            if (Group.NextDeadlineMs > end)
            {
                NowMs = end;
            }
        }
    }

    public void CompleteWrites()
    {
        CompleteHeld();
        Carry();
    }

    /// <summary>Begins the group again from what is durable; whoever waits hears that the coordinator is gone.</summary>
    public void Restart()
    {
        string before = Describe();
        Restarts++;
        _held.Clear();
        foreach (RequestToken token in _waiting)
        {
            // Asked either way, the other kind is never looked for.
            _answers.Add(token, (new RestartedAnswer(), NowMs));
        }
        _waiting.Clear();
        _classic = DurableClassic is { } metadata ? new ClassicGroup("g", _options, metadata, NowMs) : new ClassicGroup("g", _options, NowMs);
        bool wasConsumers = Consumers is not null;
        Consumers = DurableConsumers.Exists ? new ConsumerGroup("g", _options, DurableConsumers, ConsumerHarness.Times, NowMs) : null;
        Assert.Equal(wasConsumers, Consumers is not null);
        Assert.True(DurableClassic is null || Consumers is null);
        Assert.True(Consumers is null || before == Describe());
    }

    /// <summary>True when the silo was begun again before it answered.</summary>
    public bool IsCutOff(RequestToken token) => _answers[token].Answer is RestartedAnswer;

    public PartitionSet Assigned(string memberId) => PartitionSet.From(FindMember(memberId)!.Assignment);

    private Guid Fresh() => new(++_guids, 1, 1, new byte[8]);

    private ConsumerHeartbeatReply Beat(ConsumerGroup group, ConsumerHeartbeatRequest request) => group.Heartbeat(request, Fresh(), Image, ConsumerHarness.Times, NowMs);

    private ConsumerHeartbeatReply Upgrade(ConsumerHeartbeatRequest request)
    {
        if (request.Epoch != GroupEpoch.Joining)
        {
            return ConsumerHeartbeatReply.Refused(ErrorCode.GroupIdNotFound, "None.");
        }
        if (GroupUpgrade.Plan(_classic, _options, Image, out IReadOnlyList<ConsumerGroupChange> changes) is { } refusal)
        {
            return ConsumerHeartbeatReply.Refused(refusal.Error, refusal.Message!);
        }
        var state = new ConsumerGroupState();
        foreach (ConsumerGroupChange change in changes)
        {
            state.Apply(change);
        }
        var consumers = new ConsumerGroup("g", _options, state, ConsumerHarness.Times, NowMs);
        ConsumerHeartbeatReply reply = Beat(consumers, request);
        if (reply.Error == ErrorCode.None)
        {
            _classic.EndForUpgrade();
            Upgrades += changes.Count > 0 ? 1 : 0;
            Consumers = consumers;
            CompleteHeld();
            DurableClassic = null;
            Write(changes);
        }
        return reply;
    }

    private void Carry()
    {
        if (Consumers is { } consumers)
        {
            Write(consumers.TakeChanges());
            if (consumers.IsClassicInDisguise)
            {
                Downgrades++;
                GroupMetadata metadata = consumers.ToClassic(Image, NowMs);
                Write(consumers.ToDeletions());
                DurableClassic = GroupRecords.ReadMetadata(GroupRecords.MetadataValue(metadata));
                (Consumers, _classic) = (null, new ClassicGroup("g", _options, metadata, NowMs));
            }
        }
        while (_classic.TakeOutputs() is { Count: > 0 } outputs)
        {
            foreach (GroupOutput output in outputs)
            {
                Take(output);
            }
            if (!HoldsWrites)
            {
                CompleteHeld();
            }
        }
    }

    private void Take(GroupOutput output)
    {
        switch (output)
        {
            case JoinAnswered answer:
                _waiting.Remove(answer.Token);
                _answers.TryAdd(answer.Token, (answer, NowMs));
                break;
            case SyncAnswered answer:
                _waiting.Remove(answer.Token);
                _answers.TryAdd(answer.Token, (answer, NowMs));
                break;
            case MetadataToWrite write:
                _held.Add((_classic, write));
                break;
        }
    }

    private void CompleteHeld()
    {
        (ClassicGroup Group, MetadataToWrite Write)[] held = [.. _held];
        _held.Clear();
        foreach ((ClassicGroup group, MetadataToWrite write) in held)
        {
            DurableClassic = GroupRecords.ReadMetadata(GroupRecords.MetadataValue(write.Metadata));
            group.CompleteWrite(write.WriteId, ErrorCode.None, null, NowMs);
        }
    }

    private void Write(IEnumerable<ConsumerGroupChange> changes)
    {
        foreach (ConsumerGroupChange change in changes)
        {
            byte[]? value = ConsumerGroupRecords.Value(change);
            (string groupId, ConsumerGroupChange read) = ConsumerGroupRecords.Read(ConsumerGroupRecords.Key("g", change), value, value is null)!.Value;
            Assert.Equal(("g", change), (groupId, read));
            DurableConsumers.Apply(read);
        }
    }

    private string Describe()
    {
        if (Consumers?.Describe(Image) is not { } group)
        {
            return "";
        }
        return $"{group.State} {group.Epoch} {group.TargetEpoch} " + string.Join('|', group.Members.Select(member =>
            $"{member.MemberId} {member.InstanceId} {member.IsClassic} {member.Epoch} {string.Join(',', member.TopicNames)} {Text(member.Assignment)} {Text(member.Target)}"));

        static string Text(IReadOnlyList<TopicPartitions> partitions) => string.Join(',', PartitionSet.From(partitions).Select(partition => partition.ToString()));
    }

    private sealed record RestartedAnswer : GroupOutput;
}
