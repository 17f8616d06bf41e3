using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.Testing.Security;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>Clients of Apache Kafka, unchanged, over TLS: they prove who they are, and may do what access control lists allow.</summary>
public sealed class SecureClientTests : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(PathOf("data"));
        _authority.Issue("CN=localhost", PathOf("silo.pem"), PathOf("silo.key")).Dispose();
        await File.WriteAllTextAsync(PathOf("ca.pem"), _authority.Pem);
        _silo = await StartAsync("SaslSsl");
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _authority.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task EveryClient_LogsIn_AndReadsWhatTheOthersWrote(string mechanism)
    {
        string[] clients = ["kafka-python", "confluent", "kcat"];
        foreach (string writer in clients)
        {
            string topic = $"{mechanism}-{writer}";
            Assert.Empty(await ProduceAsync(writer, topic, As("admin", mechanism)));
            foreach (string reader in clients)
            {
                Assert.Equal(["a value"], await ConsumeAsync(reader, topic, As("admin", mechanism)));
            }
        }
    }

    [Fact]
    public async Task AnAdminClient_SaysWhoMayWrite()
    {
        Assert.Empty(await ProduceAsync("kcat", "guarded", As("admin")));
        Assert.Equal(["TOPIC_AUTHORIZATION_FAILED"], await ProduceAsync("confluent", "guarded", As("alice")));
        Assert.Equal(["1 0"], await PythonAsync("kafka-python", "allow", "guarded", [.. As("admin"), "user=alice", "operation=DESCRIBE"]));
        Assert.Equal(["TopicAuthorizationFailedError"], await ProduceAsync("kafka-python", "guarded", As("alice")));
        Assert.Equal(["TOPIC_AUTHORIZATION_FAILED"], await ProduceAsync("confluent", "guarded", As("alice")));

        Assert.Equal(["1 0"], await PythonAsync("kafka-python", "allow", "guarded", [.. As("admin"), "user=alice", "operation=WRITE"]));
        Assert.Empty(await ProduceAsync("kafka-python", "guarded", As("alice", "SCRAM-SHA-256")));
        Assert.Empty(await ProduceAsync("confluent", "guarded", As("alice", "SCRAM-SHA-512")));
        Assert.Equal(["GROUP_AUTHORIZATION_FAILED"], await PythonAsync("confluent", "consume", "guarded", As("alice")));
        Assert.Equal(["TopicAuthorizationFailedError"], await PythonAsync("kafka-python", "consume", "guarded", As("alice")));
        Assert.Equal(["User:alice DESCRIBE ALLOW", "User:alice WRITE ALLOW"], await PythonAsync("kafka-python", "list", "guarded", As("admin")));

        // What was allowed is allowed after a crash.
        await _silo.KillAsync();
        await _silo.DisposeAsync();
        _silo = await StartAsync("SaslSsl");
        Assert.Empty(await ProduceAsync("confluent", "guarded", As("alice")));
        Assert.Equal(["2"], await PythonAsync("kafka-python", "forget", "guarded", As("admin")));
        Assert.Equal(["TOPIC_AUTHORIZATION_FAILED"], await ProduceAsync("confluent", "guarded", As("alice")));
    }

    [Fact]
    public async Task ACertificate_SaysWhoItsClientIs()
    {
        await _silo.DisposeAsync();
        _silo = await StartAsync(
            "Ssl", "--StreamCoord:Kafka:ClientAuth=Required", $"--StreamCoord:Tls:ClientCaPath={PathOf("ca.pem")}", "--StreamCoord:Kafka:PrincipalMappingRules=RULE:^CN=(.*?),OU=.*$/$1/L, DEFAULT");
        _authority.Issue("CN=Admin, OU=Staff", PathOf("admin.pem"), PathOf("admin.key")).Dispose();
        _authority.Issue("CN=Alice, OU=Staff", PathOf("alice.pem"), PathOf("alice.key")).Dispose();

        Assert.Empty(await ProduceAsync("kcat", "certified", Certified("admin")));
        Assert.Equal(["1 0"], await PythonAsync("kafka-python", "allow", "certified", [.. Certified("admin"), "user=alice", "operation=READ"]));
        Assert.Equal(["TopicAuthorizationFailedError"], await ProduceAsync("kafka-python", "certified", Certified("alice")));
        Assert.Equal(["a value"], await ConsumeAsync("kafka-python", "certified", Certified("alice")));
        Assert.Equal(["a value"], await ConsumeAsync("kcat", "certified", Certified("alice")));
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private Task<SiloProcess> StartAsync(string security, params string[] options) => SiloProcess.StartAsync(
        PathOf("data"),
        [
            $"--StreamCoord:Kafka:Security={security}", "--StreamCoord:Kafka:SaslUsers=admin:admin-secret,alice:alice-secret", "--StreamCoord:Authorization:Enabled=true",
            "--StreamCoord:Authorization:SuperUsers=User:admin", "--StreamCoord:Authorization:AllowIfNoAcl=false",
            $"--StreamCoord:Tls:CertificatePath={PathOf("silo.pem")}", $"--StreamCoord:Tls:KeyPath={PathOf("silo.key")}", .. options,
        ]);

    private string[] As(string user, string mechanism = "PLAIN") =>
        ["security.protocol=SASL_SSL", $"sasl.mechanism={mechanism}", $"sasl.username={user}", $"sasl.password={user}-secret", $"ssl.ca.location={PathOf("ca.pem")}"];

    private string[] Certified(string user) =>
    [
        "security.protocol=SSL", $"ssl.ca.location={PathOf("ca.pem")}", $"ssl.certificate.location={PathOf($"{user}.pem")}", $"ssl.key.location={PathOf($"{user}.key")}",
    ];

    private Task<string[]> PythonAsync(string client, string action, string topic, string[] settings) =>
        ClientProgram.RunAsync(["a value"], Python, [Script("kafka_security.py"), client, action, _silo.Kafka, topic, .. settings]);

    private Task<string[]> ProduceAsync(string client, string topic, string[] settings) => client == "kcat"
        ? ClientProgram.RunAsync(["a value"], "kcat", ["-b", _silo.Kafka, "-P", "-t", topic, .. settings.SelectMany(setting => new[] { "-X", setting })])
        : PythonAsync(client, "produce", topic, settings);

    private Task<string[]> ConsumeAsync(string client, string topic, string[] settings) => client == "kcat"
        ? ClientProgram.RunAsync([], "kcat", ["-b", _silo.Kafka, "-C", "-t", topic, "-o", "beginning", "-e", "-q", .. settings.SelectMany(setting => new[] { "-X", setting })])
        : PythonAsync(client, "consume", topic, settings);
}
