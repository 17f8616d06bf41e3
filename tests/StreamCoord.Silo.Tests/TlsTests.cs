using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.Testing.Security;

namespace StreamCoord.Silo.Tests;

/// <summary>Encrypted listeners: what they prove themselves with, and whom they let in.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("CN=Stranger");

    public TlsTests()
    {
        Directory.CreateDirectory(PathOf("data"));
        File.WriteAllText(PathOf("ca.pem"), _authority.Pem);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task AChangedCertificate_IsShownToNewConnections_AndABrokenOneIsNot()
    {
        using X509Certificate2 first = Issue();
        await using SiloProcess silo = await StartAsync("--StreamCoord:Kafka:Security=Ssl", "--StreamCoord:Http:Security=Ssl");
        Assert.Equal(first.Thumbprint, await ShownAsync(silo.Kafka));
        Assert.Equal(first.Thumbprint, await ShownAsync(silo.Http.BaseAddress!.Authority));

        using X509Certificate2 second = Issue();
        await UntilShownAsync(silo.Kafka, second.Thumbprint);
        await UntilShownAsync(silo.Http.BaseAddress.Authority, second.Thumbprint);

        await File.WriteAllTextAsync(PathOf("silo.pem"), "no certificate", TestContext.Current.CancellationToken);
        await UntilAsync(() => Task.FromResult(silo.Output.Contains("cannot be used, and the former certificate stays in use", StringComparison.Ordinal)));
        Assert.Equal(second.Thumbprint, await ShownAsync(silo.Kafka));
    }

    [Fact]
    public async Task AClient_ThatNobodyVouchesFor_IsNotLetIn()
    {
        Issue().Dispose();
        await using SiloProcess silo = await StartAsync(
            "--StreamCoord:Kafka:Security=Ssl", "--StreamCoord:Kafka:ClientAuth=Required", $"--StreamCoord:Tls:ClientCaPath={PathOf("ca.pem")}");

        Assert.True(await IsLetInAsync(silo.Kafka, _authority));
        Assert.False(await IsLetInAsync(silo.Kafka, _stranger));
        Assert.False(await IsLetInAsync(silo.Kafka, null));
    }

    [Fact]
    public async Task AClient_ThatIsOnlyAsked_MayHaveNone()
    {
        Issue().Dispose();
        await using SiloProcess silo = await StartAsync(
            "--StreamCoord:Kafka:Security=Ssl", "--StreamCoord:Kafka:ClientAuth=Requested", $"--StreamCoord:Tls:ClientCaPath={PathOf("ca.pem")}");

        Assert.True(await IsLetInAsync(silo.Kafka, null));
        Assert.False(await IsLetInAsync(silo.Kafka, _stranger));
    }

    [Fact]
    public async Task Http_IsServedEncrypted()
    {
        Issue().Dispose();
        await using SiloProcess silo = await StartAsync("--StreamCoord:Http:Security=Ssl");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = Trusting();
        using var client = new HttpClient(handler);

        using HttpResponseMessage answer = await client.GetAsync(new Uri($"https://{silo.Http.BaseAddress!.Authority}/health/ready"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("--StreamCoord:Kafka:Security=Ssl", "Tls:CertificatePath")]
    [InlineData("--StreamCoord:Http:Security=Ssl", "Tls:CertificatePath")]
    [InlineData("--StreamCoord:Kafka:ClientAuth=Required", "Tls:ClientCaPath")]
    [InlineData("--StreamCoord:Kafka:Security=Tls", "Plaintext, Ssl, SaslPlaintext, SaslSsl")]
    [InlineData("--StreamCoord:Tls:CertificatePath=/nowhere/at-all.pem", "cannot be used")]
    [InlineData("--StreamCoord:Kafka:SaslUsers=alice", "user:password")]
    [InlineData("--StreamCoord:Kafka:SaslUsers=alice:hidden1,alice:hidden2", "each user once")]
    [InlineData("--StreamCoord:Kafka:SaslMechanisms=GSSAPI", "SCRAM-SHA-512")]
    [InlineData("--StreamCoord:Authorization:SuperUsers=admin", "User:name")]
    [InlineData("--StreamCoord:Kafka:PrincipalMappingRules=RULE:a", "RULE:pattern/replacement/")]
    public async Task AStart_ThatCannotBeSecured_IsRefused(string option, string says)
    {
        (int code, string output) = await SiloProcess.RunToExitAsync(PathOf("data"), option);

        Assert.Equal(1, code);
        Assert.Contains(says, output, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", output, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private X509Certificate2 Issue() => _authority.Issue("CN=localhost", PathOf("silo.pem"), PathOf("silo.key"));

    private Task<SiloProcess> StartAsync(params string[] options) =>
        SiloProcess.StartAsync(PathOf("data"), [$"--StreamCoord:Tls:CertificatePath={PathOf("silo.pem")}", $"--StreamCoord:Tls:KeyPath={PathOf("silo.key")}", .. options]);

    private X509ChainPolicy Trusting()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(_authority.Pem));
        return policy;
    }

    private async Task<string> ShownAsync(string endpoint)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint), TestContext.Current.CancellationToken);
        await using var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = Trusting(),
            },
            TestContext.Current.CancellationToken);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private Task UntilShownAsync(string endpoint, string thumbprint) => UntilAsync(async () => await ShownAsync(endpoint) == thumbprint);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Whether a client with a certificate of an authority's gets an answer to ApiVersions.</summary>
    private async Task<bool> IsLetInAsync(string endpoint, TestAuthority? authority)
    {
        using X509Certificate2? own = authority?.Issue("CN=client", PathOf("client.pem"), PathOf("client.key"));
        using X509Certificate2? withKey = own is null ? null : X509Certificate2.CreateFromPemFile(PathOf("client.pem"), PathOf("client.key"));
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint), TestContext.Current.CancellationToken);
        await using var tls = new SslStream(connection.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    CertificateChainPolicy = Trusting(),
                    ClientCertificates = withKey is null ? null : [withKey],
                },
                TestContext.Current.CancellationToken);
            await tls.WriteAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff }, TestContext.Current.CancellationToken);
            return await tls.ReadAtLeastAsync(new byte[4], 4, throwOnEndOfStream: false, TestContext.Current.CancellationToken) == 4;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            return false;
        }
    }
}
