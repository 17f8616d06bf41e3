using StreamCoord.Gateway.Kafka.Tests;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(SecureSiloFixture))]

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>One silo whose clients prove who they are and may do nothing but what access control lists allow. <c>admin</c> is a super user. Each test takes names of its own.</summary>
public sealed class SecureSiloFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _names;

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartAsync(
        _directory.Path,
        "--StreamCoord:Kafka:Security=SaslPlaintext",
        "--StreamCoord:Kafka:SaslUsers=admin:admin-secret,alice:alice-secret,bob:bob-secret",
        "--StreamCoord:Authorization:Enabled=true",
        "--StreamCoord:Authorization:SuperUsers=User:admin",
        "--StreamCoord:Authorization:AllowIfNoAcl=false");

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A new connection that has proved nothing.</summary>
    internal Task<KafkaClient> ConnectAsync(string clientId = "test") => KafkaClient.ConnectAsync(Silo.Kafka, clientId);

    /// <summary>A new connection of a user of the configuration.</summary>
    internal async Task<KafkaClient> LogInAsync(string user, string clientId = "test")
    {
        KafkaClient client = await ConnectAsync(clientId);
        await client.LogInAsync(user, $"{user}-secret");
        return client;
    }

    /// <summary>A name that no other test has.</summary>
    internal string NewName() => $"name-{Interlocked.Increment(ref _names)}-";
}
