using StreamCoord.Gateway.Kafka.Tests;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(SiloFixture))]

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>One silo, as users run it, for all tests: each takes topics of its own.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _topics;

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:Kafka:RequestBytesMax=2000000");

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A new connection.</summary>
    internal Task<KafkaClient> ConnectAsync() => KafkaClient.ConnectAsync(Silo.Kafka);

    /// <summary>A name that no other test has.</summary>
    internal string NewTopic() => $"topic-{Interlocked.Increment(ref _topics)}";
}
