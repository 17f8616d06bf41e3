using System.Globalization;
using System.Text;
using StreamCoord.Conformance.Tests.Operations;
using StreamCoord.Conformance.Tests.Reference;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(StreamCoord.Conformance.Tests.ZooKeeper.Paired.ServicePair))]

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>
/// A real ZooKeeper server and a silo, of the same settings, for all tests that leave both alone and keep below znodes of their own. They start when the first test
/// asks for them. Owns both processes.
/// </summary>
public sealed class ServicePair : IAsyncLifetime
{
    /// <summary>Both services' unit of time: sessions live 2 to 20 of them.</summary>
    public const int TickTimeMs = 1_000;

    /// <summary>Who may do everything.</summary>
    public const string SuperUser = "super:test";

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<(ZooKeeperServer Server, SiloProcess Silo)>> _services;
    private int _scenarios;

    public ServicePair() => _services = new(StartAsync);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_services.IsValueCreated)
        {
            (ZooKeeperServer server, SiloProcess silo) = await _services.Value;
            await server.DisposeAsync();
            await silo.DisposeAsync();
        }
        _directory.Dispose();
    }

    /// <summary>Where the reference and the silo listen.</summary>
    public async Task<(string Reference, string Ours)> AddressesAsync()
    {
        (ZooKeeperServer server, SiloProcess silo) = await _services.Value;
        return (server.Address, silo.ZooKeeper);
    }

    /// <summary>Runs a scenario at both; every answer must be the same.</summary>
    internal async Task CompareAsync(Func<Script, Task> scenario)
    {
        (string referenceAddress, string ourAddress) = await AddressesAsync();
        string root = string.Create(CultureInfo.InvariantCulture, $"/scenario{Interlocked.Increment(ref _scenarios)}");
        using var reference = new Script(referenceAddress, root, isReference: true);
        using var ours = new Script(ourAddress, root, isReference: false);

        Task atReference = RunAsync(reference, scenario);
        Exception? failure = await Record.ExceptionAsync(() => RunAsync(ours, scenario));
        await atReference;

        if (failure is not null || Compare(reference, ours) is not [])
        {
            string differences = string.Join('\n', Compare(reference, ours));
            Assert.Fail($"{failure}\n{differences}\nAll lines of the silo:\n{string.Join('\n', ours.Lines)}");
        }
    }

    private async Task<(ZooKeeperServer Server, SiloProcess Silo)> StartAsync()
    {
        string digest = OperationGenerator.Digest(SuperUser);
        Task<ZooKeeperServer> server = ZooKeeperServer.StartAsync(TickTimeMs, digest, "-Dznode.container.checkIntervalMs=500", "-Dzookeeper.4lw.commands.whitelist=*");
        SiloProcess silo = await SiloProcess.StartAsync(
            _directory.Path, $"--StreamCoord:ZooKeeper:TickTimeMs={TickTimeMs}", $"--StreamCoord:ZooKeeper:SuperDigest={digest}", "--StreamCoord:ZNodes:EnforceQuota=true",
            "--StreamCoord:ZooKeeper:ContainerCheckMs=500", "--StreamCoord:ZooKeeper:FourLetterWords=*");
        return (await server, silo);
    }

    private static async Task RunAsync(Script script, Func<Script, Task> scenario)
    {
        ScriptClient setup = await script.ConnectAsync();
        await setup.CallAsync(Request.Create(script.Root));
        await scenario(script);
    }

    private static List<string> Compare(Script reference, Script ours)
    {
        var differences = new List<string>();
        string[] expected = reference.Lines, answered = ours.Lines;
        for (int i = 0; i < Math.Max(expected.Length, answered.Length); i++)
        {
            string here = expected.ElementAtOrDefault(i) ?? "nothing", there = answered.ElementAtOrDefault(i) ?? "nothing";
            if (here != there && !(reference.Known.TryGetValue(i, out KnownDifference? known) && known.Allows(here, there)))
            {
                differences.Add(new StringBuilder().Append(CultureInfo.InvariantCulture, $"line {i}\n  ZooKeeper {here}\n  silo      {there}").ToString());
            }
        }
        return differences;
    }
}
