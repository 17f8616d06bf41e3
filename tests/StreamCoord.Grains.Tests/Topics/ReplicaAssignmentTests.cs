using StreamCoord.Testing;

namespace StreamCoord.Grains.Tests.Topics;

public sealed class ReplicaAssignmentTests(ITestOutputHelper output)
{
    private const int Rounds = 300;

    [Fact]
    public void Copies_AreOnDifferentNodes_AndLeadersAndCopiesAreSpreadEvenly()
    {
        Random random = Begin();
        for (int round = 0; round < Rounds; round++)
        {
            // Without racks, with racks of equal size, and where only a rack's worth of nodes have said nothing.
            int size = 1 + random.Next(4);
            int racks = 1 + random.Next(4);
            bool hasUnnamed = random.Next(2) == 0;
            Check(random, [.. Enumerable.Range(0, size * racks).Select(i => Node(i, hasUnnamed && i % racks == 0 ? null : $"r{i % racks}"))], differenceMax: 1);
        }
    }

    [Fact]
    public void Racks_OfDifferentSizes_AreAllUsed_AndTheirNodesAlikeAsFarAsThatGoes()
    {
        Random random = Begin();
        for (int round = 0; round < Rounds; round++)
        {
            int racks = 1 + random.Next(4);
            PlacedNode[] nodes = [.. Enumerable.Range(0, racks + random.Next(6)).Select(i => Node(i, $"r{(i < racks ? i : random.Next(racks))}"))];
            Check(random, nodes, differenceMax: null);
        }
    }

    [Fact]
    public void Topics_OfOnePartition_GoRoundTheNodes()
    {
        PlacedNode[] nodes = [Node(0, "a"), Node(1, "b"), Node(2, "b")];

        Assert.Equal([0, 3, 6, 0], Enumerable.Range(0, 4).Select(start => ReplicaAssignment.Make(nodes, 1, 2, start)[0][0].Value));
    }

    [Fact]
    public void LoadOfANodeThatIsGone_IsTakenOverByAllOthers()
    {
        IReadOnlyList<IReadOnlyList<NodeId>> assignment = ReplicaAssignment.Make([Node(0, null), Node(1, null), Node(2, null), Node(3, null)], 24, 3, start: 5);

        Assert.All(assignment.GroupBy(copies => copies[0]), led => Assert.Equal([2, 2, 2], led.GroupBy(copies => copies[1]).Select(heir => heir.Count())));
    }

    private static PlacedNode Node(int number, string? rack) => new(new NodeId(number * 3), rack);

    private static void Check(Random random, PlacedNode[] nodes, int? differenceMax)
    {
        int factor = 1 + random.Next(nodes.Length);
        int count = 1 + random.Next(60);

        IReadOnlyList<IReadOnlyList<NodeId>> assignment = ReplicaAssignment.Make(nodes, count, factor, random.Next(int.MinValue, int.MaxValue));

        string described = $"{string.Join(' ', nodes)}, {count} partitions, {factor} copies: {string.Join(" | ", assignment.Select(copies => string.Join(',', copies)))}";
        Assert.Equal(count, assignment.Count);
        Assert.All(assignment, copies => Assert.Equal(factor, copies.Distinct().Count()));
        int racks = nodes.Select(node => node.Rack).Distinct().Count();
        Assert.All(assignment, copies => Assert.Equal(Math.Min(racks, factor), copies.Select(copy => nodes.Single(node => node.Node == copy).Rack).Distinct().Count()));
        if (differenceMax is not null || CanBeEven(nodes, count, factor))
        {
            Assert.True(Difference(nodes.Select(node => assignment.Count(copies => copies.Contains(node.Node)))) <= 1, described);
            Assert.True(Difference(nodes.Select(node => assignment.Count(copies => copies[0] == node.Node))) <= 1, described);
        }
    }

    private static int Difference(IEnumerable<int> counts) => counts.Max() - counts.Min();

    // A rack has a copy of every partition where there are at least as many copies as racks, and one at most where there are fewer.
    private static bool CanBeEven(PlacedNode[] nodes, int count, int factor)
    {
        int[] sizes = [.. nodes.CountBy(node => node.Rack ?? "").Select(rack => rack.Value)];
        (int low, int high) = (count * factor / nodes.Length, ((count * factor) + nodes.Length - 1) / nodes.Length);
        (int Low, int High)[] ranges =
            [.. sizes.Select(size => (Math.Max(low * size, factor >= sizes.Length ? count : 0), Math.Min(high * size, count * Math.Min(size, factor <= sizes.Length ? 1 : factor - sizes.Length + 1))))];
        return ranges.All(range => range.Low <= range.High) && ranges.Sum(range => range.Low) <= count * factor && count * factor <= ranges.Sum(range => range.High);
    }

    private Random Begin()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        return new Random(seed);
    }
}
