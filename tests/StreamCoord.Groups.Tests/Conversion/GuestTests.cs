using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Tests.Consumer;
using static StreamCoord.Groups.Tests.Conversion.Guests;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>Members of the classic protocol in a consumer group: what they are told, when they are removed, and what is not for them.</summary>
public sealed class GuestTests
{
    [Fact]
    public void Newcomer_BecomesAMember_AndMovesAtItsOwnPace()
    {
        (MixedHarness group, ConsumerHeartbeatReply consumer) = New(4);
        JoinGroupReply asked = group.Joined(group.Join(Request("", Embedded.Subscription(["t"])) with { RequiresKnownMemberId = true }));
        Assert.Equal(ErrorCode.MemberIdRequired, asked.Error);
        Assert.StartsWith("client-", asked.MemberId);
        JoinGroupReply joined = Must(group.Joined(group.Join(Request(asked.MemberId, Embedded.Subscription(["t"])) with { RequiresKnownMemberId = true })));
        Assert.Equal(asked.MemberId, joined.MemberId);
        Assert.Empty(group.Given(joined));
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined));

        PartitionSet kept = ConsumerHarness.Given(group.Beat("c", consumer.Epoch, ConsumerHarness.Given(consumer)));
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined));
        group.Beat("c", consumer.Epoch, kept);
        // What it waits for is free.
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(joined));
        Assert.Equal(2, group.Given(Must(group.Join(joined.MemberId))).Length);
        Assert.Equal(GroupState.Stable, group.Group.State);
    }

    [Fact]
    public void SilentMember_IsRemoved_AfterTheSessionTimeoutThatItSaid()
    {
        (MixedHarness group, _) = New(1);
        JoinGroupReply joined = Must(group.Join());
        group.Given(joined);
        group.Pass(SessionTimeoutMs - 1);
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined));
        group.Pass(SessionTimeoutMs - 1);
        Assert.NotNull(group.FindMember(joined.MemberId));
        group.Restart();
        group.Pass(SessionTimeoutMs - 1);
        Assert.NotNull(group.FindMember(joined.MemberId));
        group.Pass(1);
        Assert.Null(group.FindMember(joined.MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(joined));
        Assert.NotNull(group.FindMember("c"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MemberThatDoesNotSync_OrNotJoinAgain_IsRemoved_ThoughItLives(bool syncs)
    {
        (MixedHarness group, _) = New(2);
        JoinGroupReply joined = Must(group.Join());
        if (syncs)
        {
            group.Given(joined);
            Assert.Equal(ErrorCode.None, group.JoinConsumer("d").Error);
            Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(joined));
        }
        for (int passedMs = 0; passedMs < RebalanceTimeoutMs - 5_000; passedMs += 5_000)
        {
            group.Pass(5_000);
            Assert.NotEqual(ErrorCode.UnknownMemberId, group.Heartbeat(joined));
        }
        group.Pass(5_000);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(joined));
    }

    [Fact]
    public void TopicThatGrows_IsToldByAHeartbeat()
    {
        (MixedHarness group, _) = New(1);
        JoinGroupReply joined = Must(group.Join());
        group.Given(joined);
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined));
        group.SetTopic("t", 4);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(joined));
        Assert.Equal(2, group.Given(Must(group.Join(joined.MemberId))).Length);
    }

    [Fact]
    public void Leaving_IsForTheMembersOfThatProtocol()
    {
        (MixedHarness group, _) = New(1);
        JoinGroupReply joined = Must(group.Join());
        Assert.Equal((ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId), (group.Leave("c"), group.Leave("nobody")));
        GroupEpoch epoch = group.Consumers!.Epoch;
        Assert.Equal(ErrorCode.None, group.Leave(joined.MemberId));
        Assert.Equal(epoch.Next(), group.Consumers.Epoch);
        Assert.Null(group.FindMember(joined.MemberId));
    }

    [Fact]
    public void RequestsOfTheOtherProtocol_AreRefused()
    {
        (MixedHarness group, ConsumerHeartbeatReply consumer) = New(1);
        JoinGroupReply joined = Must(group.Join());
        var guestEpoch = new GroupEpoch(joined.GenerationId);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat(joined.MemberId, guestEpoch).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat(joined.MemberId, GroupEpoch.Leaving).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat("c", consumer.Epoch.Value));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Sync(joined with { MemberId = "c" }).Error);
        Assert.Equal(ErrorCode.IllegalGeneration, group.Heartbeat(joined.MemberId, joined.GenerationId + 1));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Sync(joined with { GenerationId = joined.GenerationId - 1 }).Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Sync(joined with { ProtocolName = "other" }).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, group.Sync(joined with { ProtocolType = "connect" }).Error);
    }

    [Fact]
    public void Commits_GoByTheProtocolOfTheMember()
    {
        (MixedHarness group, ConsumerHeartbeatReply consumer) = New(1);
        JoinGroupReply joined = Must(group.Join());
        Assert.Equal(ErrorCode.None, group.Commit(joined.MemberId, joined.GenerationId, knowsEpochs: false));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Commit(joined.MemberId, joined.GenerationId + 1, knowsEpochs: false));
        Assert.Equal(ErrorCode.UnsupportedVersion, group.Commit("c", consumer.Epoch.Value, knowsEpochs: false));
        Assert.Equal(ErrorCode.StaleMemberEpoch, group.Commit("c", consumer.Epoch.Value + 1, knowsEpochs: true));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Commit("", -1, knowsEpochs: true));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Group.CheckFetch(new FetchingMember(joined.MemberId, new GroupEpoch(joined.GenerationId + 1))).Error);
        Assert.Equal(ErrorCode.None, group.Group.CheckFetch(new FetchingMember(joined.MemberId, new GroupEpoch(joined.GenerationId))).Error);
    }

    public static TheoryData<JoinGroupRequest, ErrorCode> Unfit => new()
    {
        { Request("", Embedded.Subscription(["t"])) with { ProtocolType = "connect" }, ErrorCode.InconsistentGroupProtocol },
        { Request("", Embedded.Subscription(["t"])) with { Protocols = [] }, ErrorCode.InconsistentGroupProtocol },
        { Request("", Embedded.Subscription(["t"]), null, "other"), ErrorCode.InconsistentGroupProtocol },
        { Request("", "metadata"u8.ToArray()), ErrorCode.InconsistentGroupProtocol },
        { Request("", Embedded.Subscription([new string('t', 9_000)])), ErrorCode.InconsistentGroupProtocol },
        { Request("", Embedded.Subscription(["t"])) with { SessionTimeoutMs = 1 }, ErrorCode.InvalidSessionTimeout },
        { Request(new string('m', 9_000), Embedded.Subscription(["t"])), ErrorCode.InvalidRequest },
        { Request("unknown", Embedded.Subscription(["t"]), "i"), ErrorCode.UnknownMemberId },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void JoinThatDoesNotFit_IsRefused(JoinGroupRequest request, ErrorCode expected)
    {
        (MixedHarness group, _) = New(1);
        Must(group.Join());
        Assert.Equal(expected, group.Joined(group.Join(request)).Error);
        Assert.Equal(2, group.Consumers!.Describe(group.Image).Members.Count);
    }

    [Fact]
    public void FullGroup_TakesNobodyElse()
    {
        (MixedHarness group, _) = New(1, new GroupOptions { ConsumerMembersMax = 2 });
        JoinGroupReply joined = Must(group.Join());
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Join().Error);
        Must(group.Join(joined.MemberId));
    }

    [Fact]
    public void StaticMember_ComesBackUnderANewId_WithWhatItHad()
    {
        (MixedHarness group, _) = New(2);
        JoinGroupReply joined = Must(group.Join("", "i"));
        group.Given(joined);
        GroupEpoch epoch = group.Consumers!.Epoch;
        JoinGroupReply returned = Must(group.Join("", "i"));
        Assert.NotEqual(joined.MemberId, returned.MemberId);
        Assert.Equal((epoch.Value, epoch), (returned.GenerationId, group.Consumers.Epoch));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat(joined.MemberId, joined.GenerationId, "i"));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Join(joined.MemberId, "i").Error);
        Assert.Equal(ErrorCode.None, group.Heartbeat(returned.MemberId, returned.GenerationId, "i"));
        Assert.Equal(ErrorCode.None, group.Leave("", "i"));
    }

    [Fact]
    public void StaticMember_ChangesItsProtocol_AndKeepsWhatItHad()
    {
        (MixedHarness group, ConsumerHeartbeatReply consumer) = New(2);
        JoinGroupReply joined = Must(group.Join("", "i"));
        PartitionSet kept = ConsumerHarness.Given(group.Beat("c", consumer.Epoch, ConsumerHarness.Given(consumer)));
        group.Beat("c", consumer.Epoch, kept);
        int partition = Assert.Single(group.Given(Must(group.Join(joined.MemberId, "i"))));

        ConsumerHeartbeatReply returned = group.JoinConsumer("s", "i");
        Assert.Equal(partition, Assert.Single(ConsumerHarness.Given(returned)).Partition);
        Assert.False(group.FindMember("s")!.IsClassic);
        Assert.Equal(ErrorCode.UnreleasedInstanceId, group.JoinConsumer("other", "i").Error);

        JoinGroupReply back = Must(group.Join("", "i"));
        Assert.Equal(partition, Assert.Single(group.Given(back)));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Beat("s", returned.Epoch, null, "i").Error);
    }

    [Fact]
    public void MemberThatChangesItsProtocolUnderItsId_HasNoMoreToDoThanOthers()
    {
        (MixedHarness group, _) = New(1);
        JoinGroupReply joined = Must(group.Join());
        ConsumerHeartbeatReply changed = group.JoinConsumer(joined.MemberId);
        Assert.Equal(ErrorCode.None, changed.Error);
        for (int i = 0; i < 4; i++)
        {
            group.Pass(RebalanceTimeoutMs / 2);
            changed = group.Beat(joined.MemberId, changed.Epoch);
            Assert.Equal(ErrorCode.None, changed.Error);
        }
    }

    private static (MixedHarness Group, ConsumerHeartbeatReply Joined) New(int partitions, GroupOptions? options = null)
    {
        var group = new MixedHarness(options);
        group.SetTopic("t", partitions);
        ConsumerHeartbeatReply joined = group.JoinConsumer();
        Assert.Equal(ErrorCode.None, joined.Error);
        return (group, joined);
    }
}
