using StreamCoord.Conformance.Tests.Kafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>Clients that prove who they are by SASL, with DIGEST-MD5, as a real server has them.</summary>
public sealed class SaslTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloProcess? _silo;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Combine("data"), "--StreamCoord:ZooKeeper:SaslUsers=bob:secret");

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
        _directory.Dispose();
    }

    [Fact]
    public async Task Kazoo_ProvesWhoItIs()
    {
        string[] lines = await ClientProgram.RunAsync([], "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "kazoo_sasl.py"), _silo!.ZooKeeper, "bob", "secret", "wrong");

        Assert.Equal(["mine", "NoAuth", "AuthFailed"], lines);
    }

    [Fact]
    public async Task TheJavaClient_ProvesWhoItIs()
    {
        string login = _directory.Combine("login.conf");
        await File.WriteAllTextAsync(login, "Client { org.apache.zookeeper.server.auth.DigestLoginModule required username=\"bob\" password=\"secret\"; };", TestContext.Current.CancellationToken);
        await using var client = new ZooKeeperCli(_silo!.ZooKeeper, login);
        await client.WaitForEventsAsync(2);

        Assert.Contains(client.Events, line => line.Contains("state:SaslAuthenticated", StringComparison.Ordinal));
        Assert.Contains("sasl: bob", await client.RunAsync("whoami"));
        Assert.Equal(0, await client.QuitAsync());
    }
}
