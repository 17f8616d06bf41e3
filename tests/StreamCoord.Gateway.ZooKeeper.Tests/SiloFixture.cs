using StreamCoord.Gateway.ZooKeeper.Tests;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(SiloFixture))]

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>One silo, as users run it, for all tests: each takes znodes of its own. Its ticks are short, so that sessions end soon.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    public const int TickMs = 200;

    public const int SessionTimeoutMsMin = 2 * TickMs;

    public const int SessionTimeoutMsMax = 20 * TickMs;

    private readonly TemporaryDirectory _directory = new();
    private int _paths;

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Silo = await SiloProcess.StartAsync(_directory.Path, $"--StreamCoord:ZooKeeper:TickTimeMs={TickMs}", "--StreamCoord:ZooKeeper:UnsentEventsMax=20000");

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A new connection without a session.</summary>
    internal Task<ZooKeeperClient> DialAsync() => ZooKeeperClient.DialAsync(Silo.ZooKeeper);

    /// <summary>A new connection with a new session of the longest timeout.</summary>
    internal async Task<ZooKeeperClient> ConnectAsync()
    {
        ZooKeeperClient client = await DialAsync();
        await client.ConnectAsync(SessionTimeoutMsMax);
        return client;
    }

    /// <summary>A path below the root that no other test has.</summary>
    internal string NewPath() => $"/test-{Interlocked.Increment(ref _paths)}";
}
