using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Consumer.Assignors;
using StreamCoord.Testing;

namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>What assignors give, against what they promise.</summary>
public sealed class AssignorTests(ITestOutputHelper output)
{
    private static readonly ImageTopic[] Topics = [.. Enumerable.Range(0, 6).Select(i => new ImageTopic($"t{i}", new TopicId(new Guid(i + 1, 0, 0, new byte[8])), 1 + (i * 3)))];

    [Fact]
    public void Range_GivesNeighbours_StaticMembersFirst()
    {
        AssignmentMember[] members = [Member("b", null, Topics[2]), Member("a", null, Topics[2]), Member("z", "i", Topics[2])];
        IReadOnlyDictionary<string, PartitionSet> given = new RangeAssignor().Assign(members);
        Assert.Equal([0, 1, 2], given["z"].Select(each => each.Partition));
        Assert.Equal([3, 4], given["a"].Select(each => each.Partition));
        Assert.Equal([5, 6], given["b"].Select(each => each.Partition));
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void EveryPartition_GoesToOneReader(string name)
    {
        Random random = NewRandom();
        for (int round = 0; round < 300; round++)
        {
            AssignmentMember[] members = RandomMembers(random, isAlike: random.Next(2) == 0);
            CheckComplete(members, PartitionAssignors.Get(name).Assign(members));
        }
    }

    [Fact]
    public void Uniform_GivesMembersThatReadTheSame_AboutTheSame_AndMovesNoMoreThanItMust()
    {
        Random random = NewRandom();
        for (int round = 0; round < 300; round++)
        {
            AssignmentMember[] members = RandomMembers(random, isAlike: true);
            IReadOnlyDictionary<string, PartitionSet> first = Assign(members);
            Assert.InRange(first.Values.Max(set => set.Count) - first.Values.Min(set => set.Count), 0, 1);
            Assert.Equal(first, Assign(With(members, first)));

            AssignmentMember[] more = [.. With(members, first), members[0] with { MemberId = "new", Current = PartitionSet.Empty }];
            IReadOnlyDictionary<string, PartitionSet> second = Assign(more);
            Assert.Equal(second["new"].Count, members.Sum(member => first[member.MemberId].Except(second[member.MemberId]).Count));
            Assert.All(members, member => Assert.True(second[member.MemberId].IsSubsetOf(first[member.MemberId])));
        }
    }

    [Fact]
    public void Uniform_LeavesNobodyWithTwoMore_ThanWhoCouldTakeOne_AndIsAtRestThen()
    {
        Random random = NewRandom();
        for (int round = 0; round < 300; round++)
        {
            AssignmentMember[] members = RandomMembers(random, isAlike: false);
            IReadOnlyDictionary<string, PartitionSet> given = Assign(members);
            CheckComplete(members, given);
            foreach (AssignmentMember poor in members)
            {
                HashSet<TopicId> read = [.. poor.Topics.Select(topic => topic.TopicId)];
                Assert.All(
                    members.Where(rich => given[rich.MemberId].Any(partition => read.Contains(partition.TopicId))),
                    rich => Assert.True(given[rich.MemberId].Count - given[poor.MemberId].Count <= 1));
            }
            Assert.Equal(given, Assign(With(members, given)));
        }
    }

    [Fact]
    public void Uniform_EvensOut_ThroughTheHandsOfOthers()
    {
        var (t, u) = (new ImageTopic("t", Topics[0].TopicId, 4), new ImageTopic("u", Topics[1].TopicId, 2));
        PartitionSet Of(ImageTopic topic, params int[] partitions) => PartitionSet.From(partitions.Select(each => new TopicIdPartition(topic.TopicId, each)));
        AssignmentMember[] members = [new("a", null, [t], Of(t, 0, 1, 2)), new("b", null, [t, u], Of(t, 3).Union(Of(u, 0))), new("c", null, [u], Of(u, 1))];
        Assert.All(Assign(members).Values, set => Assert.Equal(2, set.Count));
    }

    private static IReadOnlyDictionary<string, PartitionSet> Assign(AssignmentMember[] members) => new UniformAssignor().Assign(members);

    private static AssignmentMember[] With(AssignmentMember[] members, IReadOnlyDictionary<string, PartitionSet> given) =>
        [.. members.Select(member => member with { Current = given[member.MemberId] })];

    private static void CheckComplete(AssignmentMember[] members, IReadOnlyDictionary<string, PartitionSet> given)
    {
        Assert.Equal(members.Select(member => member.MemberId).Order(), given.Keys.Order());
        Assert.All(members, member => Assert.All(given[member.MemberId], partition => Assert.Contains(member.Topics, topic => topic.TopicId == partition.TopicId)));
        IEnumerable<TopicIdPartition> wanted = members.SelectMany(member => member.Topics).Distinct()
            .SelectMany(topic => Enumerable.Range(0, topic.PartitionCount).Select(partition => new TopicIdPartition(topic.TopicId, partition)));
        Assert.Equal(wanted.Order(), given.Values.SelectMany(set => set).Order());
    }

    // What they had is anything: of topics they do not read, of partitions that there are not, of others' too.
    private static AssignmentMember[] RandomMembers(Random random, bool isAlike)
    {
        ImageTopic[] shared = [.. Topics.Where(_ => random.Next(2) == 0)];
        return
        [
            .. Enumerable.Range(0, random.Next(1, 9)).Select(i => new AssignmentMember(
                $"m{i}",
                random.Next(3) == 0 ? $"i{i}" : null,
                isAlike ? shared : [.. Topics.Where(_ => random.Next(2) == 0)],
                PartitionSet.From(Enumerable.Range(0, random.Next(10)).Select(_ => new TopicIdPartition(Topics[random.Next(6)].TopicId, random.Next(20)))))),
        ];
    }

    private static AssignmentMember Member(string id, string? instanceId, params ImageTopic[] topics) => new(id, instanceId, topics, PartitionSet.Empty);

    private Random NewRandom()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        return new Random(seed);
    }
}
