using System.Globalization;
using StreamCoord.Replication.Tests.Simulation;
using StreamCoord.Testing;

namespace StreamCoord.Replication.Tests;

/// <summary>Thousands of schedules of faults: crashes with and without loss of what was not flushed, frozen processes, cut and lossy networks, a late table, new disks, wrong suspicions, copies that are moved.</summary>
public sealed class ReplicationSimulationTests(ITestOutputHelper output)
{
    private static int ScheduleCount =>
        int.TryParse(Environment.GetEnvironmentVariable("STREAMCOORD_SCHEDULES"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int count) ? count : 2_000;

    [Fact]
    public void AnySchedule_LosesNothingAndComesBack()
    {
        int first = TestSeed.Next();
        long acknowledged = 0;
        long read = 0;
        long takeOvers = 0;
        long moves = 0;
        Parallel.For(0, ScheduleCount, i =>
        {
            SimulatedCluster cluster = Run(unchecked(first + i));
            Interlocked.Add(ref acknowledged, cluster.Checker.AcknowledgedCount);
            Interlocked.Add(ref read, cluster.Checker.ReadCount);
            Interlocked.Add(ref takeOvers, cluster.TakeOverCount);
            Interlocked.Add(ref moves, cluster.MoveCount);
        });
        output.WriteLine($"{ScheduleCount} schedules from seed {first}: {acknowledged} acknowledgements, {read} reads, {takeOvers} take-overs, {moves} moves.");
        // Nothing can go wrong where nothing happens.
        Assert.True(acknowledged > 100L * ScheduleCount && read > 100L * ScheduleCount && takeOvers > 2L * ScheduleCount && moves > ScheduleCount / 2);
    }

    private static SimulatedCluster Run(int seed)
    {
        var cluster = new SimulatedCluster(seed);
        try
        {
            cluster.Run();
            return cluster;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"The schedule of seed {seed} (STREAMCOORD_TEST_SEED={seed} STREAMCOORD_SCHEDULES=1) fails: {exception.Message} {cluster}", exception);
        }
    }
}
