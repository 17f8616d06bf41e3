using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(OutsideFixture))]

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>A silo as users run it, and a client in this process, outside of it: for all tests that leave the silo alone. Each takes topics and groups of its own.</summary>
public sealed class OutsideFixture : IAsyncLifetime
{
    /// <summary>Members hear of a rebalance by their heartbeats, which are seconds apart by default.</summary>
    public static readonly string[] FastGroups = ["--StreamCoord:Groups:ConsumerHeartbeatIntervalMsMin=50", "--StreamCoord:Groups:ConsumerHeartbeatIntervalMs=50"];

    private readonly TemporaryDirectory _directory = new();
    private IHost? _host;
    private int _names;

    public SiloProcess Silo { get; private set; } = null!;

    public StreamCoordClient Client => _host!.Client();

    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    public string DataDirectory => _directory.Path;

    /// <summary>Where clients of Kafka begin.</summary>
    public string Kafka => Silo.Kafka;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.StartAsync(_directory.Path, FastGroups);
        _host = await ClientHost.StartAsync(Silo, _directory.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
        await Silo.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A name that no other test has.</summary>
    public string NewName() => $"name-{Interlocked.Increment(ref _names)}";

    /// <summary>A new topic.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, params (string Name, string Value)[] configs)
    {
        string name = NewName();
        await Client.Topics.CreateAsync(name, partitions, configs: configs.ToDictionary(config => config.Name, config => config.Value), cancellationToken: TestContext.Current.CancellationToken);
        return name;
    }
}
