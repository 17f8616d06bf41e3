using StreamCoord.Grains.Replicas;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Replicas;

public sealed class LeadershipBalanceTests
{
    private static readonly TopicId Topic = TopicId.NewId();

    [Fact]
    public void Node_ThatLeadsNineTenthsOfWhatPrefersIt_IsLeftAlone()
    {
        LeadershipRow[] rows = [.. Enumerable.Range(0, 20).Select(i => Row(i, preferred: 1, leader: i < 2 ? 2 : 1))];

        Assert.Empty(LeadershipBalance.FindDeprived(rows));
        Assert.Equal([new NodeId(1)], LeadershipBalance.FindDeprived([.. rows, Row(20, preferred: 1, leader: 3)]));
    }

    [Fact]
    public void EachNode_IsLookedAtByItself_AndWhatNobodyHasLedIsNotMissed()
    {
        Assert.Equal([new NodeId(2)], LeadershipBalance.FindDeprived([Row(0, preferred: 1, leader: 1), Row(1, preferred: 2, leader: 1), Row(2, preferred: 3, leader: null)]));
    }

    private static LeadershipRow Row(int partition, int preferred, int? leader) => new(
        Topic, partition, Assignment.Of([new NodeId(preferred), new NodeId(4)]), new LeaderEpoch(0), leader is { } node ? new NodeId(node) : null, new InSyncSet([], 0));
}
