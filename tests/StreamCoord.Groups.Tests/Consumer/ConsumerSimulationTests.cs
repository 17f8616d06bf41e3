using StreamCoord.Groups.Consumer;
using StreamCoord.Testing;

namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>Many members come, go, die, are late and change what they read, topics come, grow and go, answers get lost, and the coordinator is begun again; whoever stays gets what it is to have.</summary>
public sealed class ConsumerSimulationTests(ITestOutputHelper output)
{
    private const int Rounds = 50;
    private const int StepsPerRound = 400;
    private static readonly string[] Topics = ["a", "b", "c"];

    [Fact]
    public void WhateverMembersDo_NoPartitionIsReadTwice_AndAllAreReadInTheEnd()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        int shared = 0;
        for (int round = 0; round < Rounds; round++)
        {
            shared += Run(random);
        }
        output.WriteLine($"{shared} partitions were shared out in the end");
        Assert.True(shared > Rounds);
    }

    private static int Run(Random random)
    {
        var group = new ConsumerHarness();
        group.SetTopic("a", random.Next(1, 20));
        SimulatedConsumer[] members = [.. Enumerable.Range(0, random.Next(2, 9)).Select(number => new SimulatedConsumer(number, group, random))];
        bool isAlike = random.Next(2) == 0;
        foreach (SimulatedConsumer member in members)
        {
            member.Subscribe(isAlike ? Topics : Choose(random));
        }
        int calm = random.Next(8, 60);
        GroupEpoch epoch = default;
        for (int step = 0; step < StepsPerRound; step++)
        {
            Disturb(group, members[random.Next(members.Length)], isAlike, calm, random);
            Assert.True(group.Group.Epoch >= epoch && group.Group.TargetEpoch <= group.Group.Epoch);
            epoch = group.Group.Epoch;
            Check(members);
        }
        return Settle(group, members, isAlike);
    }

    private static void Disturb(ConsumerHarness group, SimulatedConsumer member, bool isAlike, int calm, Random random)
    {
        switch (random.Next(calm))
        {
            case 0:
                member.Die();
                break;
            case 1:
                member.Leave();
                break;
            case 2 when !isAlike:
                member.Subscribe(Choose(random));
                break;
            case 3:
                group.SetTopic(Topics[random.Next(Topics.Length)], random.Next(10, 30));
                break;
            case 4:
                group.DeleteTopic(Topics[random.Next(1, Topics.Length)]);
                break;
            case 5:
                group.Restart();
                break;
            default:
                if (random.Next(3) > 0)
                {
                    member.Revoke();
                }
                member.Beat(answerIsLost: random.Next(6) == 0);
                break;
        }
        group.Pass(random.Next(random.Next(20) == 0 ? 20_000 : 500));
    }

    // At no moment do two of them read one partition.
    private static void Check(SimulatedConsumer[] members)
    {
        Array.ForEach(members, member => member.Watch());
        TopicIdPartition[] read = [.. members.SelectMany(member => member.Owned)];
        Assert.Equal(read.Length, read.Distinct().Count());
    }

    private static int Settle(ConsumerHarness group, SimulatedConsumer[] members, bool isAlike)
    {
        for (int round = 0; round < 40; round++)
        {
            foreach (SimulatedConsumer member in members)
            {
                member.Revoke();
                member.Beat(answerIsLost: false);
            }
            Check(members);
            group.Pass(3_000);
        }
        Assert.Equal(GroupState.Stable, group.Group.State);
        foreach (SimulatedConsumer member in members)
        {
            Assert.Equal(group.Assigned(member.Id), member.Owned);
            Assert.Equal(group.Target(member.Id), member.Owned);
        }
        HashSet<string> subscribed = [.. group.Group.Describe(group.Image).Members.SelectMany(member => member.TopicNames)];
        TopicIdPartition[] all =
            [.. subscribed.Select(group.Image.Find).OfType<ImageTopic>().SelectMany(topic => Enumerable.Range(0, topic.PartitionCount).Select(each => new TopicIdPartition(topic.TopicId, each)))];
        Assert.Equal(all.Order(), members.SelectMany(member => member.Owned).Order());
        if (isAlike)
        {
            Assert.InRange(members.Max(member => member.Owned.Count) - members.Min(member => member.Owned.Count), 0, 1);
        }
        return all.Length;
    }

    private static string[] Choose(Random random) => [.. Topics.Where(_ => random.Next(2) == 0)];
}
