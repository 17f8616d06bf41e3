using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Offsets;
using StreamCoord.Groups.Tests.Classic;

namespace StreamCoord.Groups.Tests.Offsets;

/// <summary>Who may commit and delete offsets, and when.</summary>
public sealed class CommitTests
{
    private readonly GroupHarness _group = new();

    [Fact]
    public void AnybodyCommits_ToAGroupWithoutMembers()
    {
        Assert.Equal(ErrorCode.None, Commit(-1, ""));
        JoinGroupReply member = _group.Form(GroupHarness.Request())[0];
        Assert.Equal(ErrorCode.UnknownMemberId, Commit(-1, ""));
        _group.Leave((member.MemberId, null));
        Assert.Equal(ErrorCode.None, Commit(-1, ""));
    }

    [Fact]
    public void MembersCommit_InTheirGeneration()
    {
        JoinGroupReply[] members = _group.Form(GroupHarness.Request(), GroupHarness.Request());
        Assert.Equal(ErrorCode.None, Commit(1, members[1].MemberId));
        Assert.Equal(ErrorCode.IllegalGeneration, Commit(0, members[1].MemberId));
        Assert.Equal(ErrorCode.IllegalGeneration, Commit(-1, members[1].MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, Commit(1, "x"));

        RequestToken again = _group.Join(members[0].MemberId);
        Assert.Equal(ErrorCode.None, Commit(1, members[1].MemberId));
        _group.Join(members[1].MemberId);
        Assert.True(_group.IsAnswered(again));
        Assert.Equal(ErrorCode.RebalanceInProgress, Commit(2, members[1].MemberId));
    }

    [Fact]
    public void GenerationOfAGroupThatDoesNotExist_IsIllegal() => Assert.Equal(ErrorCode.IllegalGeneration, Commit(1, "x"));

    [Fact]
    public void CommitIsASignOfLife()
    {
        JoinGroupReply member = _group.Form(GroupHarness.Request())[0];
        for (int i = 0; i < 3; i++)
        {
            _group.Pass(GroupHarness.SessionTimeoutMs - 1);
            Assert.Equal(ErrorCode.None, Commit(1, member.MemberId));
        }
    }

    [Fact]
    public void MetadataAndNames_HaveLimits()
    {
        var commit = new OffsetToCommit(new TopicPartition("t", 0), new Offset(1), LeaderEpoch.Unknown, new string('x', 4_096));
        Assert.Equal(ErrorCode.None, CommitRules.Check(commit, new GroupOptions()));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, CommitRules.Check(commit with { Metadata = new string('x', 4_097) }, new GroupOptions()));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, CommitRules.Check(commit with { Partition = new TopicPartition("a/b", 0) }, new GroupOptions()));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, CommitRules.Check(commit with { Partition = new TopicPartition("t", -1) }, new GroupOptions()));
        Assert.Equal(ErrorCode.InvalidGroupId, new ClassicGroup("", new GroupOptions(), 0).CheckCommit(new CommitOffsetsRequest(-1, "", null, -1, []), 0).Error);
    }

    [Fact]
    public void Deletion_IsForTopicsThatNobodyReads()
    {
        Assert.Equal(ErrorCode.None, _group.Group.CheckDeleteOffsets().Error);
        _group.Form(GroupHarness.Request());
        Assert.Equal(ErrorCode.None, _group.Group.CheckDeleteOffsets().Error);
        Assert.True(_group.Group.SubscribesTo("t"));
        Assert.False(_group.Group.SubscribesTo("u"));
    }

    [Fact]
    public void Deletion_IsRefused_WhileMembersOfAnotherTypeAreThere()
    {
        _group.Form(GroupHarness.Request() with { ProtocolType = "connect" });
        Assert.Equal(ErrorCode.NonEmptyGroup, _group.Group.CheckDeleteOffsets().Error);
        _group.Pass(GroupHarness.SessionTimeoutMs);
        Assert.Equal(ErrorCode.None, _group.Group.CheckDeleteOffsets().Error);
        Assert.Equal(ErrorCode.None, _group.Group.TryEnd().Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, _group.Group.CheckDeleteOffsets().Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, Commit(-1, ""));
    }

    private ErrorCode Commit(int generation, string memberId) =>
        _group.Group.CheckCommit(new CommitOffsetsRequest(generation, memberId, null, -1, []), _group.NowMs).Error;
}
