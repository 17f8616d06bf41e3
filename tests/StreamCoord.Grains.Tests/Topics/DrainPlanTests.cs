using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Topics;

public sealed class DrainPlanTests
{
    private static readonly TopicId Topic = TopicId.NewId();
    private static readonly NodeId[] Alive = Nodes(1, 2, 3, 4);

    [Fact]
    public void Copies_GoToWhoeverHasFewest_InTheSamePlace()
    {
        LeadershipRow[] rows = [Row(0, 1, 2), Row(1, 2, 1), Row(2, 1, 3), Row(3, 2, 3), Row(4, 3, 2)];

        Assert.Equal(["0: 4,2", "1: 2,4", "2: 4,3"], Describe(rows, 1, Alive));
        Assert.Equal((3, 0), (DrainPlan.CountLeft(rows, new NodeId(1), Alive), DrainPlan.CountLeft(rows, new NodeId(4), Alive)));
    }

    [Fact]
    public void Copies_StayOnAsManyRacks_AndGoToWhoeverHasFewestOfThose()
    {
        PlacedNode[] alive = [new(new NodeId(1), "a"), new(new NodeId(2), "b"), new(new NodeId(3), "a"), new(new NodeId(4), "b"), new(new NodeId(5), null)];
        LeadershipRow[] rows = [Row(0, 1, 2), Row(1, 2, 1), Row(2, 1, 4), Row(3, 1, 2, 5)];

        Assert.Equal(
            ["0: 3,2", "1: 2,3", "2: 5,4", "3: 3,2,5"],
            DrainPlan.Make(rows, new NodeId(1), alive)!.Select(move => $"{move.Row.Partition}: {string.Join(',', move.Target)}"));
        Assert.Equal([new NodeId(4), new NodeId(2)], DrainPlan.Make([Row(0, 1, 2)], new NodeId(1), [alive[0], alive[1], alive[3]])!.Single().Target);
    }

    [Fact]
    public void Node_ThatNobodyCanStandInFor_IsNotDrained()
    {
        Assert.Null(DrainPlan.Make([Row(0, 1, 2, 3)], new NodeId(1), Placed(Nodes(1, 2, 3))));
        Assert.Empty(DrainPlan.Make([Row(0, 2, 3)], new NodeId(1), Placed(Nodes(1, 2, 3)))!);
    }

    [Fact]
    public void MoveThatIsUnderWay_IsNotBegunAgain_AndNotFinishedEither()
    {
        LeadershipRow moving = Row(0, 1, 2) with { Assignment = Assignment.Of(Nodes(1, 2)).MoveTo(Nodes(3, 2)) };

        Assert.Empty(DrainPlan.Make([moving], new NodeId(1), Placed(Alive))!);
        Assert.Equal(1, DrainPlan.CountLeft([moving], new NodeId(1), Alive));
    }

    [Fact]
    public void Tree_LeavesANode_WhenThatIsGone()
    {
        LeadershipRow tree = Row(0, 1, 2, 3, 4) with { TopicId = InternalTopics.ZNodesId };

        Assert.Empty(DrainPlan.Make([tree], new NodeId(1), Placed(Alive))!);
        Assert.Equal(0, DrainPlan.CountLeft([tree], new NodeId(1), Alive));
        Assert.Equal(["0: 2,3,4"], Describe([tree], 1, Nodes(2, 3, 4)));
        Assert.Equal(1, DrainPlan.CountLeft([tree], new NodeId(1), Nodes(2, 3, 4)));
    }

    private static IEnumerable<string> Describe(LeadershipRow[] rows, int node, NodeId[] alive) =>
        DrainPlan.Make(rows, new NodeId(node), Placed(alive))!.Select(move => $"{move.Row.Partition}: {string.Join(',', move.Target)}");

    private static LeadershipRow Row(int partition, params int[] nodes) =>
        new(Topic, partition, Assignment.Of(Nodes(nodes)), new LeaderEpoch(0), new NodeId(nodes[0]), new InSyncSet([.. nodes.Select(node => new ReplicaId(new NodeId(node), default))], 0));

    private static PlacedNode[] Placed(NodeId[] nodes) => [.. nodes.Select(node => new PlacedNode(node, null))];

    private static NodeId[] Nodes(params int[] numbers) => [.. numbers.Select(number => new NodeId(number))];
}
