using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>A consumer group with a clock and topics of its own. What it has changed goes through the bytes of its records into a second state, from which it can be begun again.</summary>
internal sealed class ConsumerHarness : IConsumerService
{
    public const int SessionTimeoutMs = 45_000;
    public const int RebalanceTimeoutMs = 60_000;
    public static readonly ConsumerGroupTimes Times = new(SessionTimeoutMs, 5_000);

    private readonly GroupOptions _options;
    private int _guids;

    public ConsumerHarness(GroupOptions? options = null)
    {
        _options = options ?? new GroupOptions();
        Group = new ConsumerGroup("g", _options);
    }

    public ConsumerGroup Group { get; private set; }

    public ConsumerGroupState Durable { get; private set; } = new();

    public TopicImage Image { get; private set; } = TopicImage.Empty;

    public long NowMs { get; set; } = 1_000_000;

    /// <summary>What was changed last.</summary>
    public IReadOnlyList<ConsumerGroupChange> LastChanges { get; private set; } = [];

    public TopicId SetTopic(string name, int partitions)
    {
        TopicId id = Image.Find(name)?.TopicId ?? new TopicId(new Guid(++_guids, 7, 7, new byte[8]));
        Image = Image.With(name, new ImageTopic(name, id, partitions));
        return id;
    }

    public void DeleteTopic(string name) => Image = Image.With(name, null);

    public static ConsumerHeartbeatRequest JoinRequest(string memberId, params string[] topics) => new()
    {
        MemberId = memberId,
        RebalanceTimeoutMs = RebalanceTimeoutMs,
        TopicNames = topics,
        Owned = [],
        ClientId = "c",
        ClientHost = "/h",
        RequiresMemberId = true,
    };

    public ConsumerHeartbeatReply Send(ConsumerHeartbeatRequest request)
    {
        ConsumerHeartbeatReply reply = Group.Heartbeat(request, new Guid(++_guids, 1, 1, new byte[8]), Image, Times, NowMs);
        Assert.Equal(reply.Error == ErrorCode.None, reply.Message is null);
        Carry();
        return reply;
    }

    public ConsumerHeartbeatReply Join(string memberId, params string[] topics) => Must(JoinRequest(memberId, topics));

    public ConsumerHeartbeatReply Must(ConsumerHeartbeatRequest request)
    {
        ConsumerHeartbeatReply reply = Send(request);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return reply;
    }

    /// <summary>A heartbeat that says nothing but what the member has; null leaves that out too.</summary>
    public ConsumerHeartbeatReply Beat(string memberId, GroupEpoch epoch, PartitionSet? owned = null) => Send(new ConsumerHeartbeatRequest
    {
        MemberId = memberId,
        Epoch = epoch,
        Owned = owned?.ToTopics(),
        ClientId = "c",
        ClientHost = "/h",
    });

    public ConsumerHeartbeatReply Leave(string memberId, GroupEpoch? epoch = null, string? instanceId = null) =>
        Send(new ConsumerHeartbeatRequest { MemberId = memberId, Epoch = epoch ?? GroupEpoch.Leaving, InstanceId = instanceId });

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

    /// <summary>Begins the group again from what is durable.</summary>
    public void Restart() => Group = new ConsumerGroup("g", _options, Durable, Times, NowMs);

    public DescribedConsumer Member(string memberId) => Group.Describe(Image).Members.Single(member => member.MemberId == memberId);

    public DescribedConsumer? FindMember(string memberId) => Group.Describe(Image).Members.FirstOrDefault(member => member.MemberId == memberId);

    public PartitionSet Assigned(string memberId) => PartitionSet.From(Member(memberId).Assignment);

    public PartitionSet Target(string memberId) => PartitionSet.From(Member(memberId).Target);

    public static PartitionSet Given(ConsumerHeartbeatReply reply) => PartitionSet.From(Assert.IsAssignableFrom<IReadOnlyList<TopicPartitions>>(reply.Assignment));

    /// <summary>Has members beat, with what they have, until none is told anything new.</summary>
    public void Settle(params string[] members)
    {
        var said = members.ToDictionary(member => member, member => (Epoch: Member(member).Epoch, Owned: Assigned(member)));
        for (int quiet = 0; quiet < 2; quiet++)
        {
            foreach (string member in members)
            {
                ConsumerHeartbeatReply reply = Beat(member, said[member].Epoch, said[member].Owned);
                Assert.True(reply.Error == ErrorCode.None, reply.Message);
                PartitionSet owned = reply.Assignment is { } given ? PartitionSet.From(given) : said[member].Owned;
                quiet = (reply.Epoch, owned) == said[member] ? quiet : -1;
                said[member] = (reply.Epoch, owned);
            }
        }
        Assert.Equal(GroupState.Stable, Group.State);
    }

    private void Carry()
    {
        LastChanges = Group.TakeChanges();
        foreach (ConsumerGroupChange change in LastChanges)
        {
            byte[]? value = ConsumerGroupRecords.Value(change);
            (string groupId, ConsumerGroupChange read) = ConsumerGroupRecords.Read(ConsumerGroupRecords.Key("g", change), value, value is null)!.Value;
            Assert.Equal(("g", change), (groupId, read));
            Durable.Apply(read);
        }
    }
}
