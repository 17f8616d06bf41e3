using System.Globalization;
using StreamCoord.Conformance.Tests.Comparison;
using StreamCoord.Conformance.Tests.Drivers;
using StreamCoord.Conformance.Tests.Operations;
using StreamCoord.Conformance.Tests.Reference;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests;

/// <summary>
/// The same random sequences, carried out by a real ZooKeeper server and by a real silo through its HTTP API, must be answered alike and leave the same tree.
/// <c>STREAMCOORD_CONFORMANCE_SEEDS</c> and <c>STREAMCOORD_CONFORMANCE_OPERATIONS</c> make more and longer ones; <c>STREAMCOORD_TEST_SEED</c> makes one again.
/// </summary>
public sealed class GoldenComparisonTests
{
    private const int TickTimeMs = 30_000;
    private const int SessionTimeoutMs = 20 * TickTimeMs;
    private const int DifferencesMax = 20;
    private const string SuperUser = "super:test";

    public static TheoryData<int> Seeds => Number("STREAMCOORD_TEST_SEED", 0) is var seed and not 0
        ? [seed]
        : [.. Enumerable.Range(1, Number("STREAMCOORD_CONFORMANCE_SEEDS", 5))];

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task A_silo_answers_as_ZooKeeper_does(int seed)
    {
        using var directory = new TemporaryDirectory();
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync(TickTimeMs, OperationGenerator.Digest(SuperUser));
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path, Options);
        await using var reference = new KazooDriver(server.Address, SessionTimeoutMs);
        await using var ours = new HttpDriver(silo.Http, SessionTimeoutMs);
        var run = new GoldenRun(reference, ours);

        await run.BeginAsync(SuperUser);
        foreach (TreeOperation operation in new OperationGenerator(seed).Make(Number("STREAMCOORD_CONFORMANCE_OPERATIONS", 400)))
        {
            await run.StepAsync(operation);
            if (run.Differences.Count == DifferencesMax)
            {
                break; // What comes behind so many only follows from them.
            }
        }
        if (run.Differences.Count < DifferencesMax)
        {
            await run.CompareTreesAsync();
            await run.CompareEventsAsync();
        }

        if (run.Differences.Count > 0)
        {
            Assert.Fail($"Seed {seed}, {run.Differences.Count} differences (here is ZooKeeper), all steps in {await WriteTraceAsync(run)}:\n{string.Join('\n', run.Differences)}");
        }
    }

    private static async Task<string> WriteTraceAsync(GoldenRun run)
    {
        string path = Path.Combine(Path.GetTempPath(), $"streamcoord-conformance-{Guid.NewGuid():N}.txt");
        await File.WriteAllLinesAsync(path, run.Trace);
        return path;
    }

    private static string[] Options =>
    [
        $"--StreamCoord:ZooKeeper:TickTimeMs={TickTimeMs}", $"--StreamCoord:ZooKeeper:SuperDigest={OperationGenerator.Digest(SuperUser)}",
        "--StreamCoord:ZNodes:EnforceQuota=true", "--StreamCoord:Http:StreamHeartbeatMs=100",
    ];

    private static int Number(string variable, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : byDefault;
}
