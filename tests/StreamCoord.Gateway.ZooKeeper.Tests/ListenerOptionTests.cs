using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.Testing.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>What the options of the listener do.</summary>
public sealed class ListenerOptionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task OneConnectionMoreThanAnAddressMayHave_IsClosed_UntilAnotherHasGone()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(
            _directory.Path, "--StreamCoord:ZooKeeper:MaxClientConnections=2", "--StreamCoord:ZooKeeper:FourLetterWords=srvr");
        await using ZooKeeperClient first = await ConnectAsync(silo);
        await using ZooKeeperClient second = await ConnectAsync(silo);
        Assert.Equal(0, await ReadFromAnotherAsync(silo));
        await first.AskAsync(OpCode.CloseSession, default(EmptyRecord));
        await first.ReadToEndAsync();

        Assert.Equal("ruok is not executed because it is not in the whitelist.\n", await AskWhenThereIsRoomAsync(silo, "ruok"));
        await second.PingAsync();
    }

    [Fact]
    public async Task AClientThatSaysNothing_LosesItsConnection()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:ZooKeeper:ConnectMs=200");
        await using ZooKeeperClient silent = await ZooKeeperClient.DialAsync(silo.ZooKeeper);
        await silent.SendBytesAsync(new byte[] { 0, 0, 0 });

        Assert.Equal(0, await silent.ReadToEndAsync());
    }

    [Fact]
    public async Task ACertificate_IsItsClientsIdentity()
    {
        using var authority = new TestAuthority();
        string authorities = Path.Combine(_directory.Path, "ca.pem");
        await File.WriteAllTextAsync(authorities, authority.Pem, TestContext.Current.CancellationToken);
        (string Certificate, string Key) server = Issue(authority, "CN=silo", "server");
        (string Certificate, string Key) alice = Issue(authority, "CN=alice, O=Example", "alice");
        await using SiloProcess silo = await SiloProcess.StartAsync(
            Path.Combine(_directory.Path, "data"),
            "--StreamCoord:ZooKeeper:Security=Ssl",
            "--StreamCoord:ZooKeeper:ClientAuth=Requested",
            $"--StreamCoord:Tls:CertificatePath={server.Certificate}",
            $"--StreamCoord:Tls:KeyPath={server.Key}",
            $"--StreamCoord:Tls:ClientCaPath={authorities}");
        using var withKey = X509Certificate2.CreateFromPemFile(alice.Certificate, alice.Key);
        await using ZooKeeperClient known = await ZooKeeperClient.DialTlsAsync(silo.ZooKeeper, withKey);
        await using ZooKeeperClient unknown = await ZooKeeperClient.DialTlsAsync(silo.ZooKeeper, null);
        await known.ConnectAsync(10_000);
        await unknown.ConnectAsync(10_000);
        await known.AskAsync(OpCode.Create, new CreateRequest("/hers", null, [new AclEntry(ZNodePermissions.All, "x509", "CN=alice,O=Example")], 0));

        Assert.Contains(
            new AuthIdentity("x509", "CN=alice,O=Example"), (await known.AskAsync(OpCode.WhoAmI, default(EmptyRecord))).Body<WhoAmIResponse>().Identities!);
        Assert.Equal(ZNodeError.Ok, (await known.AskAsync(OpCode.GetData, new GetDataRequest("/hers", false))).Error);
        (await unknown.AskAsync(OpCode.GetData, new GetDataRequest("/hers", false))).AssertError(ZNodeError.NoAuth);
    }

    private static async Task<long> ReadFromAnotherAsync(SiloProcess silo)
    {
        try
        {
            await using ZooKeeperClient another = await ZooKeeperClient.DialAsync(silo.ZooKeeper);
            return await another.ReadToEndAsync();
        }
        catch (SocketException)
        {
            return 0; // Closed before it was known to be open.
        }
    }

    private static async Task<ZooKeeperClient> ConnectAsync(SiloProcess silo)
    {
        ZooKeeperClient client = await ZooKeeperClient.DialAsync(silo.ZooKeeper);
        await client.ConnectAsync(10_000);
        return client;
    }

    // The silo counts a connection out a moment after its client has seen the end.
    private static async Task<string> AskWhenThereIsRoomAsync(SiloProcess silo, string word)
    {
        string answer = "";
        while (answer.Length == 0)
        {
            try
            {
                answer = await FourLetterWordTests.AskAsync(silo.ZooKeeper, word);
            }
            catch (IOException)
            {
                // Closed before the word was read.
            }
        }
        return answer;
    }

    private (string Certificate, string Key) Issue(TestAuthority authority, string subject, string name)
    {
        (string certificate, string key) = (Path.Combine(_directory.Path, $"{name}.pem"), Path.Combine(_directory.Path, $"{name}.key"));
        authority.Issue(subject, certificate, key).Dispose();
        return (certificate, key);
    }
}
