using StreamCoord.Groups.Offsets;
using StreamCoord.Groups.Tests.Classic;

namespace StreamCoord.Groups.Tests.Offsets;

/// <summary>When committed offsets are forgotten.</summary>
public sealed class ExpiryTests
{
    private const long RetentionMs = 1_000_000;
    private static readonly TopicPartition Read = new("t", 0);
    private static readonly TopicPartition Left = new("u", 0);

    private readonly GroupHarness _group = new();
    private readonly GroupOffsets _offsets = new();

    [Fact]
    public void WithoutMembers_TheTimeRunsFromTheCommit()
    {
        Commit(Read);
        _group.Pass(RetentionMs - 1);
        Commit(Left);
        Assert.Empty(Expired());
        _group.Pass(1);
        Assert.Equal([Read], Expired());
    }

    [Fact]
    public void AfterMembers_TheTimeRunsFromWhenTheLastWentAway()
    {
        JoinGroupReply member = _group.Form(GroupHarness.Request())[0];
        Commit(Read);
        for (long passed = 0; passed < RetentionMs; passed += 5_000)
        {
            _group.Heartbeat(member);
            _group.Pass(5_000);
        }
        Assert.Empty(Expired());
        _group.Leave((member.MemberId, null));
        _group.Pass(RetentionMs - 1);
        Assert.Empty(Expired());
        _group.Pass(1);
        Assert.Equal([Read], Expired());
    }

    [Fact]
    public void TopicThatAStableGroupReadsNoMore_ExpiresAlone()
    {
        Commit(Read);
        Commit(Left);
        _group.Pass(RetentionMs);
        _group.Form(GroupHarness.Request());
        Assert.Equal([Left], Expired());
        _group.Join();
        Assert.Empty(Expired());
    }

    [Fact]
    public void OffsetWithATimeOfItsOwn_FollowsThat()
    {
        _offsets.Apply(Read, CommitRules.Accept(new OffsetToCommit(Read, new Offset(1), LeaderEpoch.Unknown, null), 10, _group.NowMs), Offset.Zero);
        _offsets.Apply(Left, CommitRules.Accept(new OffsetToCommit(Left, new Offset(1), LeaderEpoch.Unknown, null), RetentionMs * 3, _group.NowMs), Offset.Zero);
        _group.Pass(10);
        Assert.Equal([Read], Expired());
        _group.Pass(RetentionMs);
        Assert.Equal([Read], Expired());
    }

    private void Commit(TopicPartition partition) =>
        _offsets.Apply(partition, CommitRules.Accept(new OffsetToCommit(partition, new Offset(1), LeaderEpoch.Unknown, null), -1, _group.NowMs), Offset.Zero);

    private IReadOnlyList<TopicPartition> Expired() => _offsets.FindExpired(_group.Group, RetentionMs, _group.NowMs);
}
