using StreamCoord.Groups.Consumer;
using StreamCoord.Testing;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>
/// Members of both protocols come, go, die, are late, change what they read and come back in the other protocol; topics come and grow, answers get lost, writes are late and the coordinator is begun
/// again. Whichever type the group is of, nobody reads what another reads, and in the end everything is read.
/// </summary>
public sealed class MixedSimulationTests(ITestOutputHelper output)
{
    private const int Rounds = 60;
    private const int StepsPerRound = 500;
    private static readonly string[] Topics = ["a", "b", "c"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhateverMembersDo_NoPartitionIsReadTwice_AndAllAreReadInTheEnd(bool isCooperative)
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        (int upgrades, int downgrades, int mixed) = (0, 0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            MixedHarness group = Run(random, isCooperative);
            (upgrades, downgrades) = (upgrades + group.Upgrades, downgrades + group.Downgrades);
            mixed += group.Consumers?.Describe(group.Image).Members.DistinctBy(member => member.IsClassic).Count() == 2 ? 1 : 0;
        }
        output.WriteLine($"{upgrades} upgrades, {downgrades} downgrades, {mixed} groups of both kinds in the end");
        Assert.True(upgrades > Rounds / 2 && downgrades > Rounds / 2 && mixed > Rounds / 6);
    }

    private static MixedHarness Run(Random random, bool isCooperative)
    {
        var group = new MixedHarness();
        group.SetTopic("a", random.Next(1, 20));
        MixedClient[] clients = [.. Enumerable.Range(0, random.Next(2, 7)).Select(number => new MixedClient(number, group, random, isCooperative))];
        // Some rounds have few members of the one kind, so that the last of them often goes.
        int consumers = random.Next(1, 70);
        Array.ForEach(clients, client => client.Start(random.Next(100) < consumers, Choose(random)));
        int calm = random.Next(8, 60);
        for (int step = 0; step < StepsPerRound; step++)
        {
            Disturb(group, clients[random.Next(clients.Length)], consumers, calm, random);
            Check(clients);
        }
        Settle(group, clients);
        return group;
    }

    private static void Disturb(MixedHarness group, MixedClient client, int consumers, int calm, Random random)
    {
        group.HoldsWrites = random.Next(5) == 0;
        if (random.Next(5) == 0)
        {
            group.CompleteWrites();
        }
        switch (random.Next(calm))
        {
            case 0:
                client.Die();
                client.Start(random.Next(100) < consumers, Choose(random));
                break;
            case 1:
                client.Leave();
                client.Start(random.Next(100) < consumers, Choose(random));
                break;
            case 2:
                client.Subscribe(Choose(random));
                break;
            case 3:
                string topic = Topics[random.Next(Topics.Length)];
                group.SetTopic(topic, (group.Image.Find(topic)?.PartitionCount ?? 0) + random.Next(1, 5));
                break;
            case 4:
                group.Restart();
                break;
            default:
                client.Step(answerIsLost: random.Next(8) == 0);
                break;
        }
        group.Pass(random.Next(random.Next(20) == 0 ? 20_000 : 500));
    }

    // At no moment do two of them read one partition.
    private static void Check(MixedClient[] clients)
    {
        Array.ForEach(clients, client => client.Watch());
        TopicIdPartition[] read = [.. clients.SelectMany(client => client.Owned)];
        Assert.Equal(read.Length, read.Distinct().Count());
    }

    private static void Settle(MixedHarness group, MixedClient[] clients)
    {
        group.HoldsWrites = false;
        group.CompleteWrites();
        for (int round = 0; round < 150; round++)
        {
            foreach (MixedClient client in clients)
            {
                client.Step(answerIsLost: false);
                Check(clients);
            }
            group.Pass(2_000);
        }
        Assert.Equal(GroupState.Stable, group.Group.State);
        Assert.Equal(clients.Any(client => client.IsConsumer), group.Group.Type == GroupType.Consumer);
        TopicIdPartition[] all =
        [
            .. clients.SelectMany(client => client.Topics).Distinct().Select(group.Image.Find).OfType<ImageTopic>()
                .SelectMany(topic => Enumerable.Range(0, topic.PartitionCount).Select(each => new TopicIdPartition(topic.TopicId, each))),
        ];
        Assert.Equal(all.Order(), clients.SelectMany(client => client.Owned).Order());
        if (group.Consumers is not null)
        {
            Assert.All(clients, client => Assert.Equal(group.Assigned(client.Id), client.Owned));
            Assert.Equal(clients.Length, group.Consumers.Describe(group.Image).Members.Count);
        }
        group.Restart();
    }

    private static string[] Choose(Random random) => [.. Topics.Where(_ => random.Next(3) > 0)];
}
