using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>A client as KIP-848 wants it: it reads what it was given until it is told to give it back, is late now and then, and its messages get lost.</summary>
internal sealed class SimulatedConsumer(int number, IConsumerService group, Random random)
{
    /// <summary>A client that has heard nothing, or has not given back, for so long reads no more: its session or its time to give back may be over.</summary>
    private const int GiveUpMs = 25_000;

    private int _incarnation;
    private GroupEpoch _epoch;
    private string[] _topics = [];
    private long _heardMs;
    private long _toldMs = long.MaxValue;
    private bool _hasNews;

    public string Id => $"m{number}-{_incarnation}";

    public string? InstanceId { get; } = number % 4 == 0 ? $"i{number}" : null;

    public bool IsMember { get; private set; }

    /// <summary>What it reads.</summary>
    public PartitionSet Owned { get; private set; } = PartitionSet.Empty;

    /// <summary>What it was told to keep or to take.</summary>
    public PartitionSet Wanted { get; private set; } = PartitionSet.Empty;

    /// <summary>Stops reading for good; another process comes later.</summary>
    public void Die()
    {
        GiveUp();
        _incarnation++;
        IsMember = false;
    }

    public void Leave()
    {
        if (IsMember)
        {
            GiveUp();
            GroupEpoch epoch = InstanceId is not null && random.Next(2) == 0 ? GroupEpoch.LeavingForRestart : GroupEpoch.Leaving;
            group.Send(new ConsumerHeartbeatRequest { MemberId = Id, Epoch = epoch, InstanceId = InstanceId });
        }
        Die();
    }

    public void Subscribe(params string[] topics) => (_topics, _hasNews) = (topics, true);

    /// <summary>Stops reading when it has heard nothing, or was slow, for too long.</summary>
    public void Watch()
    {
        if (group.NowMs - Math.Min(_heardMs, _toldMs) > GiveUpMs)
        {
            GiveUp();
        }
    }

    /// <summary>Gives back what it is to give back.</summary>
    public void Revoke()
    {
        _toldMs = long.MaxValue;
        _hasNews |= !Owned.Equals(Wanted);
        Owned = Owned.Intersect(Wanted);
    }

    /// <summary>One heartbeat; its answer may get lost.</summary>
    public void Beat(bool answerIsLost)
    {
        bool isFull = _epoch == GroupEpoch.Joining || _hasNews || random.Next(5) == 0;
        PartitionSet before = AssignedNow();
        ConsumerHeartbeatReply reply = group.Send(new ConsumerHeartbeatRequest
        {
            MemberId = Id,
            Epoch = _epoch,
            InstanceId = InstanceId,
            RebalanceTimeoutMs = isFull ? ConsumerHarness.RebalanceTimeoutMs : -1,
            TopicNames = isFull ? _topics : null,
            Owned = isFull ? Owned.ToTopics() : null,
            ClientId = "c",
            ClientHost = "/h",
        });
        IsMember |= reply.Error == ErrorCode.None;
        if (reply.Error == ErrorCode.None)
        {
            // What the member has and is to have is never taken away.
            Assert.Equal(PartitionSet.Empty, before.Intersect(PartitionSet.From(group.FindMember(Id)!.Target)).Except(AssignedNow()));
        }
        if (answerIsLost)
        {
            _hasNews = true;
            return;
        }
        if (reply.Error != ErrorCode.None)
        {
            Assert.True(
                reply.Error is ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId or ErrorCode.UnreleasedInstanceId or ErrorCode.FencedInstanceId or ErrorCode.GroupIdNotFound, reply.Message);
            GiveUp();
            return;
        }
        Hear(reply);
    }

    private void Hear(ConsumerHeartbeatReply reply)
    {
        Assert.True(_epoch == GroupEpoch.Joining || reply.Epoch >= _epoch);
        (_epoch, _heardMs, _hasNews) = (reply.Epoch, group.NowMs, false);
        if (reply.Assignment is not { } assignment)
        {
            return;
        }
        Wanted = PartitionSet.From(assignment);
        _hasNews = !Owned.Equals(Wanted);
        _toldMs = Owned.IsSubsetOf(Wanted) ? long.MaxValue : Math.Min(_toldMs, group.NowMs);
        Owned = Owned.Union(Wanted);
    }

    private PartitionSet AssignedNow() =>
        group.FindMember(Id) is { } member ? PartitionSet.From(member.Assignment) : PartitionSet.Empty;

    private void GiveUp()
    {
        (Owned, Wanted) = (PartitionSet.Empty, PartitionSet.Empty);
        (_epoch, _toldMs) = (GroupEpoch.Joining, long.MaxValue);
    }
}
