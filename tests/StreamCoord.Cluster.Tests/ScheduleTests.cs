using System.Globalization;
using StreamCoord.Cluster.Tests.Faults;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;

namespace StreamCoord.Cluster.Tests;

/// <summary>
/// Random schedules of faults, five in turn on the same topics, znodes, sessions and locks: each ends with a cluster that is whole and takes writes again, and in the end everything is checked that was acknowledged since the first.
/// <c>STREAMCOORD_SCHEDULES</c> says how many, <c>STREAMCOORD_TEST_SEED</c> which five to repeat; <c>tests/soak.sh</c> runs many.
/// </summary>
[Collection(nameof(OneCluster))]
public sealed class ScheduleTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int SchedulesByDefault = 10;
    private const int SchedulesInTurn = 5;

    public static TheoryData<int> Seeds
    {
        get
        {
            bool isAsked = int.TryParse(Environment.GetEnvironmentVariable("STREAMCOORD_SCHEDULES"), NumberStyles.None, CultureInfo.InvariantCulture, out int asked);
            var random = new Random(TestSeed.Next());
            int turns = ((isAsked ? asked : SchedulesByDefault) + SchedulesInTurn - 1) / SchedulesInTurn;
            return [TestSeed.Next(), .. Enumerable.Range(1, turns - 1).Select(_ => random.Next())];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public Task Faults_InAnyOrder_LoseNothingThatWasAcknowledged(int seed) => shared.RunAsync(async cluster =>
    {
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        using Traffic traffic = await Traffic.BeginAsync(cluster, $"schedule-{seed}", seed);
        var random = new Random(seed);
        for (int i = 0; i < SchedulesInTurn; i++)
        {
            await RunAsync(new Schedule(cluster, traffic.TopicId, random.Next()));
            await cluster.AwaitWholeAsync();
            await traffic.AwaitProgressAsync();
        }
        await traffic.CheckAsync();
        await traffic.CheckDisksAsync();
    });

    private async Task RunAsync(Schedule schedule)
    {
        try
        {
            await schedule.RunAsync();
        }
        finally
        {
            output.WriteLine(schedule.Describe());
        }
    }
}
