using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>librdkafka with <c>group.protocol=consumer</c>: members share partitions, come and go, and nothing is lost, also when the silo is killed.</summary>
public sealed class ConsumerGroupTests : IAsyncLifetime
{
    private const int Partitions = 4;
    private const string GroupId = "readers";

    // Heartbeats often and sessions short, so that what waits for them does not wait long.
    private static readonly string[] Options =
    [
        "--StreamCoord:Groups:ConsumerHeartbeatIntervalMs=300", "--StreamCoord:Groups:ConsumerHeartbeatIntervalMsMin=100",
        "--StreamCoord:Groups:ConsumerSessionTimeoutMs=6000", "--StreamCoord:Groups:ConsumerSessionTimeoutMsMin=1000",
    ];

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path, Options);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("uniform")]
    [InlineData("range")]
    public async Task TwoMembers_ShareThePartitions_AndTheOtherTakesOver(string? assignor)
    {
        await CreateTopicAsync("shared");
        await using GroupReader first = Join("shared", assignor);
        await Eventually.HoldsAsync(() => first.Partitions.Count == Partitions);
        await using GroupReader second = Join("shared", assignor);
        await Eventually.HoldsAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        await ProduceAsync("shared", 0, 100);
        await Eventually.HoldsAsync(() => first.Values.Union(second.Values).Count() == 100);
        Assert.Empty(first.Values.Intersect(second.Values));
        Assert.NotEmpty(first.Values);
        Assert.NotEmpty(second.Values);

        await first.CloseAsync();
        await Eventually.HoldsAsync(() => second.Partitions.Count == Partitions);
        await ProduceAsync("shared", 100, 200);

        await Eventually.HoldsAsync(() => first.Values.Union(second.Values).Count() == 200);
        Assert.DoesNotContain(first.Values, value => value >= 100);
    }

    [Fact]
    public async Task KilledSilo_CostsNothing_AndMembersGoOn()
    {
        await CreateTopicAsync("lasting");
        await using GroupReader reader = Join("lasting", null);
        await ProduceAsync("lasting", 0, 100);
        await Eventually.HoldsAsync(() => reader.Values.Distinct().Count() == 100);
        await Eventually.HoldsAsync(() => reader.CommitCount > 0);
        string endpoint = _silo.Kafka;
        await _silo.KillAsync();
        await _silo.DisposeAsync();

        _silo = await SiloProcess.StartAsync(_directory.Path, [.. Options, $"--StreamCoord:Kafka:Endpoint={endpoint}"]);
        await ProduceAsync("lasting", 100, 200);
        await Eventually.HoldsAsync(() => reader.Values.Distinct().Count() == 200);
        await reader.CloseAsync();

        await using GroupReader later = Join("lasting", null);
        await ProduceAsync("lasting", 200, 300);
        await Eventually.HoldsAsync(() => later.Values.Distinct().Count(value => value >= 200) == 100);
        Assert.DoesNotContain(later.Values, value => value < 200);
    }

    [Fact]
    public async Task Pattern_FindsTopicsThatComeLater()
    {
        await CreateTopicAsync("many-a");
        await using GroupReader reader = Join("^many-.*", null);
        await Eventually.HoldsAsync(() => reader.Partitions.Count == Partitions);
        await CreateTopicAsync("many-b");
        await ProduceAsync("many-b", 0, 50);
        await Eventually.HoldsAsync(() => reader.Values.Distinct().Count() == 50);
    }

    [Fact]
    public async Task AdminClient_SeesTheGroup_AndDeletesIt()
    {
        await CreateTopicAsync("seen");
        await using GroupReader reader = Join("seen", null);
        await Eventually.HoldsAsync(() => reader.Partitions.Count == Partitions);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).Build();

        ListConsumerGroupsResult listed = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchTypes = [ConsumerGroupType.Consumer] });
        ConsumerGroupListing group = Assert.Single(listed.Valid);
        Assert.Equal((GroupId, ConsumerGroupType.Consumer), (group.GroupId, group.Type));
        await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([GroupId]));
        await reader.CloseAsync();
        await admin.DeleteGroupsAsync([GroupId]);
        Assert.Empty((await admin.ListConsumerGroupsAsync()).Valid);
    }

    private async Task CreateTopicAsync(string topic)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private async Task ProduceAsync(string topic, int from, int to)
    {
        using IProducer<Null, int> producer = new ProducerBuilder<Null, int>(new ProducerConfig { BootstrapServers = _silo.Kafka, EnableIdempotence = true }).Build();
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(value =>
            producer.ProduceAsync(new KafkaPartition(topic, value % Partitions), new Message<Null, int> { Value = value })));
    }

    private GroupReader Join(string topic, string? assignor) => new(
        new ConsumerConfig
        {
            BootstrapServers = _silo.Kafka,
            GroupId = GroupId,
            GroupProtocol = GroupProtocol.Consumer,
            GroupRemoteAssignor = assignor,
        },
        topic);
}
