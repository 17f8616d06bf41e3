using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>Consumers of both protocols in one group, unchanged: the group is upgraded one by one and back, and nothing is lost, also when the silo is killed between.</summary>
public sealed class MixedGroupTests : IAsyncLifetime
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
    private readonly List<GroupReader> _readers = [];
    private SiloProcess _silo = null!;
    private int _produced;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path, Options);

    public async ValueTask DisposeAsync()
    {
        foreach (GroupReader reader in _readers)
        {
            await reader.DisposeAsync();
        }
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task MembersAreReplacedOneByOne_AndBack_WithoutARecordLost(PartitionAssignmentStrategy strategy)
    {
        await CreateTopicAsync("t");
        GroupReader first = await JoinClassicAsync(strategy);
        GroupReader second = await JoinClassicAsync(strategy);
        await ReadOnAsync(ConsumerGroupType.Classic, first, second);

        GroupReader third = await JoinConsumerAsync();
        await ReadOnAsync(ConsumerGroupType.Consumer, first, second, third);
        await first.CloseAsync();
        await ReadOnAsync(ConsumerGroupType.Consumer, second, third);
        GroupReader fourth = await JoinConsumerAsync();
        await second.CloseAsync();
        await ReadOnAsync(ConsumerGroupType.Consumer, third, fourth);

        GroupReader fifth = await JoinClassicAsync(strategy);
        await ReadOnAsync(ConsumerGroupType.Consumer, third, fourth, fifth);
        await third.CloseAsync();
        GroupReader sixth = await JoinClassicAsync(strategy);
        await ReadOnAsync(ConsumerGroupType.Consumer, fourth, fifth, sixth);
        await fourth.CloseAsync();
        await ReadOnAsync(ConsumerGroupType.Classic, fifth, sixth);
    }

    [Fact]
    public async Task StaticMembers_ChangeTheirProtocol_OneByOne()
    {
        await CreateTopicAsync("t");
        GroupReader first = await JoinClassicAsync(PartitionAssignmentStrategy.Range, "one");
        GroupReader second = await JoinClassicAsync(PartitionAssignmentStrategy.Range, "two");
        await ReadOnAsync(ConsumerGroupType.Classic, first, second);
        await first.CloseAsync();
        first = await JoinConsumerAsync("one");
        await ReadOnAsync(ConsumerGroupType.Consumer, first, second);
        await second.CloseAsync();
        second = await JoinConsumerAsync("two");
        await ReadOnAsync(ConsumerGroupType.Consumer, first, second);
    }

    [Fact]
    public async Task KilledSilo_CostsNothing_AndMembersOfBothKindsGoOn()
    {
        await CreateTopicAsync("t");
        GroupReader classic = await JoinClassicAsync(PartitionAssignmentStrategy.Range);
        GroupReader consumer = await JoinConsumerAsync();
        await ReadOnAsync(ConsumerGroupType.Consumer, classic, consumer);
        string endpoint = _silo.Kafka;
        await _silo.KillAsync();
        await _silo.DisposeAsync();

        _silo = await SiloProcess.StartAsync(_directory.Path, [.. Options, $"--StreamCoord:Kafka:Endpoint={endpoint}"]);
        await ReadOnAsync(ConsumerGroupType.Consumer, classic, consumer);
        await consumer.CloseAsync();
        await ReadOnAsync(ConsumerGroupType.Classic, classic);
    }

    [Fact]
    public async Task KafkaPython_SharesWithAConsumerOfTheOtherProtocol()
    {
        // Its values are printed: each is one character.
        const int FromValue = '0';
        await CreateTopicAsync("t");
        GroupReader consumer = await JoinConsumerAsync();
        await Eventually.HoldsAsync(() => consumer.Partitions.Count == Partitions);
        Task<string[]> python = ClientProgram.RunAsync(
            [], "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "kafka_client.py"), "kafka-python", "join", _silo.Kafka, "t", $"{GroupId}/20");
        await Eventually.HoldsAsync(() => consumer.Partitions.Count == Partitions / 2);
        await ProduceAsync(FromValue, FromValue + 40);

        int[] read = [.. (await python).Select(line => (int)line[^1])];
        Assert.Equal(20, read.Length);
        await Eventually.HoldsAsync(() => read.Concat(consumer.Values).Distinct().Count() == 40 && consumer.Partitions.Count == Partitions);
        Assert.Empty(read.Intersect(consumer.Values));
    }

    /// <summary>Waits until the members share the partitions, and what is written now is read by them; the group is of a type.</summary>
    private async Task ReadOnAsync(ConsumerGroupType type, params GroupReader[] members)
    {
        await Eventually.HoldsAsync(() => members.All(member => member.Partitions.Count > 0) && members.SelectMany(member => member.Partitions).Order(ByPartition).Select(each => each.Partition.Value).SequenceEqual(Enumerable.Range(0, Partitions)));
        int from = _produced;
        _produced += 100;
        await ProduceAsync(from, _produced);
        await Eventually.HoldsAsync(() => members.SelectMany(member => member.Values).Where(value => value >= from).Distinct().Count() == 100);
        // From the beginning on, by whoever was there.
        Assert.Equal(Enumerable.Range(0, _produced), _readers.SelectMany(reader => reader.Values).Distinct().Order());
        using IAdminClient admin = Admin();
        ConsumerGroupListing group = Assert.Single((await admin.ListConsumerGroupsAsync()).Valid);
        Assert.Equal((GroupId, type), (group.GroupId, group.Type));
    }

    private static readonly Comparer<KafkaPartition> ByPartition = Comparer<KafkaPartition>.Create((left, right) => left.Partition.Value.CompareTo(right.Partition.Value));

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _silo.Kafka }).SetLogHandler((_, _) => { }).Build();

    private async Task CreateTopicAsync(string topic)
    {
        using IAdminClient admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private async Task ProduceAsync(int from, int to)
    {
        using IProducer<Null, int> producer = new ProducerBuilder<Null, int>(new ProducerConfig { BootstrapServers = _silo.Kafka, EnableIdempotence = true }).Build();
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(value =>
            producer.ProduceAsync(new KafkaPartition("t", value % Partitions), new Message<Null, int> { Value = value })));
    }

    private Task<GroupReader> JoinClassicAsync(PartitionAssignmentStrategy strategy, string? instanceId = null) => JoinAsync(new ConsumerConfig
    {
        GroupInstanceId = instanceId,
        PartitionAssignmentStrategy = strategy,
        SessionTimeoutMs = 6_000,
        HeartbeatIntervalMs = 200,
    });

    private Task<GroupReader> JoinConsumerAsync(string? instanceId = null) => JoinAsync(new ConsumerConfig { GroupInstanceId = instanceId, GroupProtocol = GroupProtocol.Consumer });

    /// <summary>Joins, and waits until the member is given something: who comes at a time with others may come before them.</summary>
    private async Task<GroupReader> JoinAsync(ConsumerConfig config)
    {
        (config.BootstrapServers, config.GroupId) = (_silo.Kafka, GroupId);
        var reader = new GroupReader(config, "t");
        _readers.Add(reader);
        await Eventually.HoldsAsync(() => reader.Partitions.Count > 0);
        return reader;
    }
}
