using StreamCoord.Testing;

namespace StreamCoord.Grains.Tests.Topics;

public sealed class ReplicaAssignmentTests(ITestOutputHelper output)
{
    [Fact]
    public void Copies_AreOnDifferentNodes_AndLeadersAndCopiesAreSpreadEvenly()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            NodeId[] nodes = [.. Enumerable.Range(1, 1 + random.Next(8)).Select(i => new NodeId(i * 3))];
            int factor = 1 + random.Next(nodes.Length);
            int count = 1 + random.Next(60);

            IReadOnlyList<IReadOnlyList<NodeId>> assignment = ReplicaAssignment.Make(nodes, count, factor, random.Next(int.MinValue, int.MaxValue));

            Assert.Equal(count, assignment.Count);
            Assert.All(assignment, copies => Assert.Equal(factor, copies.Distinct().Count()));
            int[] led = [.. nodes.Select(node => assignment.Count(copies => copies[0] == node))];
            Assert.True(led.Max() - led.Min() <= 1);
            // When leaders have gone round as often as there are others, every node has as many copies as any.
            IReadOnlyList<IReadOnlyList<NodeId>> whole = ReplicaAssignment.Make(nodes, nodes.Length * Math.Max(1, nodes.Length - 1), factor, start: 0);
            Assert.Single(nodes.Select(node => whole.Count(copies => copies.Contains(node))).Distinct());
        }
    }
}
