namespace StreamCoord.Replication.Tests;

public sealed class AssignmentTests
{
    private static readonly Assignment Origin = Assignment.Of(Nodes(1, 2, 3));

    [Fact]
    public void Target_ComesFirst_AndWhoGoesLast()
    {
        Assignment moving = Origin.MoveTo(Nodes(4, 2));

        Assert.True(moving.IsSameAs(new Assignment(Nodes(4, 2, 1, 3), Nodes(4), Nodes(1, 3))));
        Assert.Equal(Nodes(4, 2), moving.Target);
        Assert.Equal(Nodes(2, 1, 3), moving.Origin);
    }

    [Fact]
    public void SameNodesInAnotherOrder_AreThereAtOnce()
    {
        Assignment turned = Origin.MoveTo(Nodes(3, 1, 2));

        Assert.False(turned.IsMoving);
        Assert.Equal(Nodes(3, 1, 2), turned.Replicas);
    }

    [Fact]
    public void NewTarget_GivesUpTheOneBefore()
    {
        Assert.True(Origin.MoveTo(Nodes(4, 5)).MoveTo(Nodes(1, 6)).IsSameAs(new Assignment(Nodes(1, 6, 2, 3), Nodes(6), Nodes(2, 3))));
        Assert.True(Origin.MoveTo(Nodes(4)).CallOff().IsSameAs(Origin));
    }

    [Theory]
    [InlineData(false, 1, 2, 3)]
    [InlineData(false, 2, 1)]
    [InlineData(true, 4, 2)]
    [InlineData(true, 1, 2, 4)]
    public void Target_IsReached_WhenAllOfItIsInSync(bool isReached, params int[] inSync)
    {
        Assert.Equal(isReached, Origin.MoveTo(Nodes(4, 2)).IsReached(InSync(inSync)));
        Assert.False(Origin.IsReached(InSync(1, 2, 3)));
        Assert.True(Origin.MoveTo(Nodes(4, 2)).Finish().IsSameAs(Assignment.Of(Nodes(4, 2))));
    }

    private static NodeId[] Nodes(params int[] numbers) => [.. numbers.Select(number => new NodeId(number))];

    private static InSyncSet InSync(params int[] numbers) => new([.. numbers.Select(number => new ReplicaId(new NodeId(number), default))], 0);
}
