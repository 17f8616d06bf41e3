using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Tests.Leading;

/// <summary>What clients are told of a partition of which some brokers do not live.</summary>
public sealed class PartitionViewTests
{
    [Fact]
    public void LeaderThatLives_IsTold_WithTheReplicasThatAreOffline()
    {
        PartitionView view = PartitionView.Of(Partition(leader: 1), new FakeBrokers(1, 2));

        Assert.Equal((ErrorCode.None, 1, 7), (view.Error, view.LeaderId, view.LeaderEpoch));
        Assert.Equal([1, 2, 3], view.Replicas);
        Assert.Equal([1, 3], view.InSync);
        Assert.Equal([3], view.Offline);
    }

    [Fact]
    public void LeaderThatDoesNotLive_IsNone()
    {
        PartitionView view = PartitionView.Of(Partition(leader: 3), new FakeBrokers(1, 2));

        Assert.Equal((ErrorCode.LeaderNotAvailable, PartitionView.NoLeader), (view.Error, view.LeaderId));
        Assert.Equal([3], view.Offline);
    }

    [Fact]
    public void ClientsOfTheFirstVersion_AreToldOfBrokersThatLiveAlone()
    {
        PartitionView view = PartitionView.Of(Partition(leader: 1), new FakeBrokers(1, 2), hidesOffline: true);

        Assert.Equal((ErrorCode.ReplicaNotAvailable, 1), (view.Error, view.LeaderId));
        Assert.Equal([1, 2], view.Replicas);
        Assert.Equal([1], view.InSync);
    }

    [Fact]
    public void Elections_OfAnyLeader_AreRefused_WhileNobodyMayLead()
    {
        Assert.Equal(ErrorCode.ElectionNotNeeded, Elections.CheckUnclean(Partition(leader: 1), new FakeBrokers(3)).Error);
        Assert.Equal(ErrorCode.EligibleLeadersNotAvailable, Elections.CheckUnclean(Partition(leader: 1), new FakeBrokers(2)).Error);
    }

    private static PartitionAssignment Partition(int leader) =>
        new(0, new NodeId(leader), [new NodeId(1), new NodeId(2), new NodeId(3)], [new NodeId(1), new NodeId(3)]) { Epoch = new LeaderEpoch(7) };
}
