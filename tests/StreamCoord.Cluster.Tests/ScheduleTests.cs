using System.Globalization;
using StreamCoord.Cluster.Tests.Faults;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;

namespace StreamCoord.Cluster.Tests;

/// <summary>Random schedules of faults. <c>STREAMCOORD_SCHEDULES</c> says how many, <c>STREAMCOORD_TEST_SEED</c> which one to repeat; <c>tests/soak.sh</c> runs many.</summary>
[Collection(nameof(OneCluster))]
public sealed class ScheduleTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int SchedulesByDefault = 4;

    public static TheoryData<int> Seeds
    {
        get
        {
            bool isAsked = int.TryParse(Environment.GetEnvironmentVariable("STREAMCOORD_SCHEDULES"), NumberStyles.None, CultureInfo.InvariantCulture, out int asked);
            var random = new Random(TestSeed.Next());
            return [TestSeed.Next(), .. Enumerable.Range(1, (isAsked ? asked : SchedulesByDefault) - 1).Select(_ => random.Next())];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public Task Faults_InAnyOrder_LoseNothingThatWasAcknowledged(int seed) => shared.RunAsync(async cluster =>
    {
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        using Traffic traffic = await Traffic.BeginAsync(cluster, $"schedule-{seed}", seed);
        var schedule = new Schedule(cluster, traffic.TopicId, seed);
        try
        {
            await schedule.RunAsync();
        }
        finally
        {
            output.WriteLine(schedule.Describe());
        }
        await traffic.CheckAsync();
        await traffic.CheckDisksAsync();
    });
}
