using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Groups;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Http.Tests.Consumers;

public sealed class RangeAssignmentTests
{
    [Fact]
    public void Members_get_neighbouring_partitions_in_their_order()
    {
        JoinedMember[] members = [Member("b", null, "t", "u"), Member("a", null, "t"), Member("z", "static", "t")];
        Dictionary<string, int> counts = new() { ["t"] = 7, ["u"] = 2 };
        Assert.Equal(["b: t/5 t/6 u/0 u/1", "a: t/3 t/4", "z: t/0 t/1 t/2"], Describe(RangeAssignment.Assign(members, counts)));
    }

    [Fact]
    public void Every_partition_of_a_topic_that_somebody_reads_has_one_reader()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            Dictionary<string, int> counts = Enumerable.Range(0, random.Next(1, 5)).ToDictionary(i => $"t{i}", _ => random.Next(0, 9));
            JoinedMember[] members = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => Member($"m{i}", null, [.. counts.Keys.Where(_ => random.Next(2) == 0)]))];
            List<TopicPartition> given = [.. RangeAssignment.Assign(members, counts).SelectMany(one => ConsumerProtocol.ReadAssignment(one.Assignment.Span)!)];
            IReadOnlyList<string> read = RangeAssignment.TopicsOf(members);
            Assert.Equal(
                read.SelectMany(topic => Enumerable.Range(0, counts[topic]).Select(partition => $"{topic}/{partition}")).Order(StringComparer.Ordinal),
                given.Select(partition => partition.ToString()).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Bytes_of_others_are_read_or_refused_but_never_believed()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        byte[] assignment = ConsumerProtocol.WriteAssignment([new TopicPartition("topic", 1), new TopicPartition("topic", 2), new TopicPartition("u", 0)]);
        byte[] subscription = ConsumerProtocol.WriteSubscription(["topic", "u"]);
        Assert.Equal(["topic", "u"], ConsumerProtocol.ReadSubscription(subscription)!);
        Assert.Equal(3, ConsumerProtocol.ReadAssignment(assignment)!.Count);
        Assert.Empty(ConsumerProtocol.ReadAssignment([])!);
        Assert.Null(ConsumerProtocol.ReadSubscription([]));
        for (int length = 1; length < assignment.Length - sizeof(int); length++)
        {
            Assert.Null(ConsumerProtocol.ReadAssignment(assignment.AsSpan(0, length)));
        }
        for (int round = 0; round < 5_000; round++)
        {
            byte[] damaged = [.. random.Next(2) == 0 ? assignment : subscription];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            _ = ConsumerProtocol.ReadAssignment(damaged);
            _ = ConsumerProtocol.ReadSubscription(damaged);
        }
    }

    private static JoinedMember Member(string id, string? instance, params string[] topics) => new(id, instance, ConsumerProtocol.WriteSubscription(topics));

    private static IEnumerable<string> Describe(IReadOnlyList<MemberAssignment> assignments) =>
        assignments.Select(one => $"{one.MemberId}: {string.Join(' ', ConsumerProtocol.ReadAssignment(one.Assignment.Span)!)}");
}
