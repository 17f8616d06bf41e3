using StreamCoord.Conformance.Tests.Kafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.Testing.Security;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>kazoo, unchanged, over TLS: its certificate's subject is who it is.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private SiloProcess? _silo;

    public async ValueTask InitializeAsync()
    {
        foreach (string name in (string[])["localhost", "alice", "bob"])
        {
            _authority.Issue($"CN={name}", PemOf(name), KeyOf(name)).Dispose();
        }
        await File.WriteAllTextAsync(PemOf("ca"), _authority.Pem);
        _silo = await SiloProcess.StartAsync(
            _directory.Combine("data"), "--StreamCoord:ZooKeeper:Security=Ssl", "--StreamCoord:ZooKeeper:ClientAuth=Required", $"--StreamCoord:Tls:CertificatePath={PemOf("localhost")}",
            $"--StreamCoord:Tls:KeyPath={KeyOf("localhost")}", $"--StreamCoord:Tls:ClientCaPath={PemOf("ca")}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task ACertificate_SaysWhoAClientIs()
    {
        string[] lines = await ClientProgram.RunAsync(
            [], "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "kazoo_tls.py"), _silo!.ZooKeeper, PemOf("ca"), "CN=alice", PemOf("alice"), KeyOf("alice"), PemOf("bob"), KeyOf("bob"));

        Assert.Equal(["mine", "NoAuth"], lines);
    }

    private string PemOf(string name) => _directory.Combine($"{name}.pem");

    private string KeyOf(string name) => _directory.Combine($"{name}.key");
}
