using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka as the administrator of who may do what: users with their credentials, and access control lists.</summary>
public sealed class SecurityAdminTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(
        _directory.Path,
        "--StreamCoord:Kafka:Security=SaslPlaintext", "--StreamCoord:Kafka:SaslUsers=admin:admin-secret", "--StreamCoord:Authorization:Enabled=true",
        "--StreamCoord:Authorization:SuperUsers=User:admin", "--StreamCoord:Authorization:AllowIfNoAcl=false");

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(ScramMechanism.ScramSha256, SaslMechanism.ScramSha256)]
    [InlineData(ScramMechanism.ScramSha512, SaslMechanism.ScramSha512)]
    public async Task AUser_IsMadeAllowedAndForgotten(ScramMechanism mechanism, SaslMechanism login)
    {
        using IAdminClient admin = new AdminClientBuilder(As<AdminClientConfig>("admin", SaslMechanism.Plain)).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "guarded", NumPartitions = 1, ReplicationFactor = 1 }]);
        await admin.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = "alice",
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = mechanism, Iterations = 4096 },
                Password = "alice-secret"u8.ToArray(),
            },
        ]);
        UserScramCredentialsDescription described = (await admin.DescribeUserScramCredentialsAsync(["alice"])).UserScramCredentialsDescriptions.Single();
        Assert.Equal([(mechanism, 4096)], described.ScramCredentialInfos.Select(one => (one.Mechanism, one.Iterations)));
        using IProducer<Null, string> alice = new ProducerBuilder<Null, string>(As<ProducerConfig>("alice", login)).SetLogHandler((_, _) => { }).Build();
        Assert.Equal(KafkaError.TopicAuthorizationFailed, await WriteAsync(alice));

        await admin.CreateAclsAsync([Binding]);

        Assert.Equal(Binding, Assert.Single((await admin.DescribeAclsAsync(Binding.ToFilter())).AclBindings));
        await Eventually.HoldsAsync(async () => await WriteAsync(alice) == KafkaError.NoError);
        Assert.Equal(Binding, Assert.Single((await admin.DeleteAclsAsync([Binding.ToFilter()])).Single().AclBindings));
        Assert.Empty((await admin.DescribeAclsAsync(Binding.ToFilter())).AclBindings);
        Assert.Equal(KafkaError.TopicAuthorizationFailed, await WriteAsync(alice));
        await admin.AlterUserScramCredentialsAsync([new UserScramCredentialDeletion { User = "alice", Mechanism = mechanism }]);
        DescribeUserScramCredentialsException gone = await Assert.ThrowsAsync<DescribeUserScramCredentialsException>(() => admin.DescribeUserScramCredentialsAsync(["alice"]));
        Assert.Equal(KafkaError.ResourceNotFound, gone.Results.UserScramCredentialsDescriptions.Single().Error.Code);
    }

    private static AclBinding Binding => new()
    {
        Pattern = new ResourcePattern
        {
            Type = ResourceType.Topic,
            Name = "guar",
            ResourcePatternType = ResourcePatternType.Prefixed,
        },
        Entry = new AccessControlEntry
        {
            Principal = "User:alice",
            Host = "*",
            Operation = AclOperation.Write,
            PermissionType = AclPermissionType.Allow,
        },
    };

    private T As<T>(string user, SaslMechanism mechanism)
        where T : ClientConfig, new() => new()
        {
            BootstrapServers = _silo.Kafka,
            SecurityProtocol = SecurityProtocol.SaslPlaintext,
            SaslMechanism = mechanism,
            SaslUsername = user,
            SaslPassword = $"{user}-secret",
            TopicMetadataRefreshIntervalMs = 500,
        };

    private static async Task<KafkaError> WriteAsync(IProducer<Null, string> producer)
    {
        try
        {
            await producer.SendAsync("guarded", new Message<Null, string> { Value = "v" });
            return KafkaError.NoError;
        }
        catch (ProduceException<Null, string> refused)
        {
            return refused.Error.Code;
        }
    }
}
