using StreamCoord.Testing;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>Many members join, sync, leave and die at random moments, while writes are late or fail; whoever stays gets its assignment in the end.</summary>
public sealed class GroupSimulationTests(ITestOutputHelper output)
{
    private const int Rounds = 60;
    private const int StepsPerRound = 1_500;

    [Fact]
    public void WhateverMembersDo_EachGenerationIsOne_AndWhoStaysBecomesStable()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        int assigned = 0;
        for (int round = 0; round < Rounds; round++)
        {
            assigned += Run(random);
        }
        output.WriteLine($"{assigned} assignments");
        Assert.True(assigned > Rounds);
    }

    private static int Run(Random random)
    {
        var group = new GroupHarness();
        var history = new GroupHistory();
        SimulatedMember[] members = [.. Enumerable.Range(0, random.Next(2, 9)).Select(number => new SimulatedMember(number, group, history, random))];
        // Some rounds are calm, so that generations become stable between two events.
        int calm = random.Next(10, 200);
        int generation = 0;
        for (int step = 0; step < StepsPerRound; step++)
        {
            Disturb(group, members[random.Next(members.Length)], random, calm);
            Assert.True(group.Group.Generation >= generation);
            generation = group.Group.Generation;
        }
        Settle(group, members, random);
        history.Check();
        return history.AssignedCount;
    }

    private static void Disturb(GroupHarness group, SimulatedMember member, Random random, int calm)
    {
        group.HoldsWrites = random.Next(5) == 0;
        if (random.Next(10) == 0)
        {
            group.CompleteWrites(random.Next(4) == 0 ? ErrorCode.CoordinatorNotAvailable : ErrorCode.None);
        }
        switch (random.Next(calm))
        {
            case 0:
                member.Crash();
                break;
            case 1:
                member.Leave();
                break;
            default:
                Act(member);
                break;
        }
        group.Pass(random.Next(random.Next(10) == 0 ? 5_000 : 200));
    }

    private static void Act(SimulatedMember member)
    {
        if (!member.IsRunning)
        {
            member.Start();
        }
        member.Step();
    }

    private static void Settle(GroupHarness group, SimulatedMember[] members, Random random)
    {
        SimulatedMember[] staying = members[..random.Next(1, members.Length + 1)];
        foreach (SimulatedMember member in members[staying.Length..])
        {
            member.Crash();
        }
        group.HoldsWrites = false;
        group.CompleteWrites();
        for (int step = 0; step < 1_000; step++)
        {
            foreach (SimulatedMember member in staying)
            {
                Act(member);
            }
            group.Pass(200);
        }

        Assert.Equal(GroupState.Stable, group.Group.State);
        Assert.All(staying, member => Assert.Equal(group.Group.Generation, member.StableGeneration));
        Assert.Equal(staying.Select(member => member.Id).Order(), group.Group.Describe().Members.Select(member => member.MemberId).Order());
    }
}
