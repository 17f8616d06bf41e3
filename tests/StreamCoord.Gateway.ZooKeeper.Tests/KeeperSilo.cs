using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>One silo with the extensions of ClickHouse Keeper for all tests of them: each takes znodes of its own.</summary>
public sealed class KeeperSilo : IAsyncLifetime
{
    /// <summary>What switches them on.</summary>
    public const string On = "--StreamCoord:ZooKeeper:KeeperExtensions=true";

    private readonly TemporaryDirectory _directory = new();

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartAsync(_directory.Path, On);

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }
}
