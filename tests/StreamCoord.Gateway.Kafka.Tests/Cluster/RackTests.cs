using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace StreamCoord.Gateway.Kafka.Tests.Cluster;

/// <summary>Racks of a cluster: who is told of them, and that consumers read from the copy on theirs (KIP-392).</summary>
[Collection(nameof(ThreeSilos))]
public sealed partial class RackTests(ThreeSilosFixture cluster, ITestOutputHelper output)
{
    private const int Records = 200;
    private const int RecordBytes = 20_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Racks_AreToldToWhoeverAsksForBrokers()
    {
        string[] racks = ["r1", "r2", "r3"];
        await using KafkaClient client = await cluster.ConnectAsync(2);
        Assert.Equal(racks, (await cluster.ReadMetadataAsync(1)).Brokers.Select(broker => broker.Rack));
        Assert.Equal(racks, (await client.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(new DescribeClusterRequest { EndpointType = 1 }, 1)).Brokers.OrderBy(broker => broker.BrokerId).Select(broker => broker.Rack));
        var configs = new DescribeConfigsRequest { Resources = [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "2", ConfigurationKeys = ["broker.rack", "replica.selector.class"] }] };
        Assert.Equal(
            [("broker.rack", "r2"), ("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector")],
            (await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(configs, 4)).Results.Single().Configs.Select(config => (config.Name, config.Value!)));
        HttpClient http = cluster.Silos[0].Http;
        using JsonDocument clusters = JsonDocument.Parse(await http.GetStringAsync("/v3/clusters", Cancelled));
        string id = clusters.RootElement.GetProperty("data")[0].GetProperty("cluster_id").GetString()!;
        using JsonDocument brokers = JsonDocument.Parse(await http.GetStringAsync($"/v3/clusters/{id}/brokers", Cancelled));
        Assert.Equal(racks, brokers.RootElement.GetProperty("data").EnumerateArray().Select(broker => broker.GetProperty("rack").GetString()!));
        Assert.Contains("\\\"rack\\\":\\\"r3\\\"", (await http.GetStringAsync("/v1/znodes/brokers/ids/3", Cancelled)).Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumer_ReadsFromTheReplicaOnItsRack()
    {
        await CreateAsync("near", [1, 2, 3]);
        await ProduceAsync("near", Records);
        (long leader, long follower, long third) before = (await ReadBytesAsync(1), await ReadBytesAsync(2), await ReadBytesAsync(3));

        List<string> statistics = [];
        List<int> values = Consume("near", "r2", Records, IsolationLevel.ReadUncommitted, statistics);

        Assert.Equal(Enumerable.Range(0, Records), values);
        (long leader, long follower, long third) read = (await ReadBytesAsync(1) - before.leader, await ReadBytesAsync(2) - before.follower, await ReadBytesAsync(3) - before.third);
        output.WriteLine($"Bytes read for clients: {read}");
        Assert.True(read.follower >= Records * RecordBytes, $"{read}");
        Assert.True(read.leader < Records * RecordBytes / 2 && read.third < Records * RecordBytes / 2, $"{read}");
        Assert.Contains(statistics, text => BrokerOf(text, "near") == 2);
    }

    [Fact]
    public async Task ReaderOfCommittedRecords_SeesNothingThatWasAborted_OnAFollowerToo()
    {
        await CreateAsync("near-committed", [3, 1, 2]);
        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = cluster.Bootstrap(1), TransactionalId = "near" }).Build();
        producer.InitTransactions(Limit);
        for (int transaction = 0; transaction < 6; transaction++)
        {
            producer.BeginTransaction();
            await producer.ProduceAsync(new KafkaPartition("near-committed", 0), Message(transaction), Cancelled);
            if (transaction % 2 == 0)
            {
                producer.CommitTransaction(Limit);
            }
            else
            {
                producer.AbortTransaction(Limit);
            }
        }
        List<string> statistics = [];

        Assert.Equal([0, 2, 4], Consume("near-committed", "r1", 3, IsolationLevel.ReadCommitted, statistics));

        Assert.Contains(statistics, text => BrokerOf(text, "near-committed") == 1);
    }

    [Fact]
    public async Task FetchOfAFollower_ThatWaits_IsAnsweredWhenThereIsMore()
    {
        await CreateAsync("near-waiting", [2, 3]);
        await ProduceAsync("near-waiting", 1);
        await using KafkaClient follower = await cluster.ConnectAsync(3);
        FetchResponse.PartitionData first = await FetchAsync(follower, 0);
        Assert.Equal((ErrorCode.None, 1, -1), ((ErrorCode)first.ErrorCode, first.HighWatermark, first.PreferredReadReplica));
        Assert.True(first.Records!.Value.Length > RecordBytes);
        Assert.Equal(ErrorCode.OffsetOutOfRange, (ErrorCode)(await FetchAsync(follower, 5)).ErrorCode);

        var since = Stopwatch.StartNew();
        Task<FetchResponse.PartitionData> waiting = FetchAsync(follower, 1, maxWaitMs: 30_000);
        await ProduceAsync("near-waiting", 1);

        Assert.Equal((ErrorCode.None, 2), ((ErrorCode)(await waiting).ErrorCode, (await waiting).HighWatermark));
        output.WriteLine($"Heard after {since.ElapsedMilliseconds} ms");
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(10));
        await using KafkaClient stranger = await cluster.ConnectAsync(1);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)(await FetchAsync(stranger, 0)).ErrorCode);
        await using KafkaClient leader = await cluster.ConnectAsync(2);
        FetchResponse.PartitionData sent = await FetchAsync(leader, 0, rack: "r3");
        Assert.Equal((ErrorCode.None, 3, 0), ((ErrorCode)sent.ErrorCode, sent.PreferredReadReplica, sent.Records!.Value.Length));

        static async Task<FetchResponse.PartitionData> FetchAsync(KafkaClient client, long offset, int maxWaitMs = 500, string rack = "")
        {
            FetchRequest request = Requests.Fetch("near-waiting", offset, maxWaitMs);
            request.RackId = rack;
            // What was just committed is heard of a moment later.
            FetchResponse.PartitionData answer = await client.FetchAsync(request);
            return answer.ErrorCode == (short)ErrorCode.OffsetNotAvailable ? await client.FetchAsync(request) : answer;
        }
    }

    private static Message<Null, byte[]> Message(int number)
    {
        byte[] value = new byte[RecordBytes];
        new Random(number).NextBytes(value);
        BitConverter.TryWriteBytes(value, number);
        return new Message<Null, byte[]> { Value = value };
    }

    private static int? BrokerOf(string statistics, string topic)
    {
        using JsonDocument document = JsonDocument.Parse(statistics);
        return document.RootElement.GetProperty("topics").TryGetProperty(topic, out JsonElement found) && found.GetProperty("partitions").TryGetProperty("0", out JsonElement partition)
            ? partition.GetProperty("broker").GetInt32()
            : null;
    }

    private async Task CreateAsync(string topic, List<int> nodes)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap(1) }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicasAssignments = new() { [0] = nodes } }]);
        for (int node = 1; node <= cluster.Silos.Count; node++)
        {
            await cluster.AwaitAsync(node, metadata => metadata.Topics.Single() is { ErrorCode: 0, Partitions: [{ LeaderId: var leader } partition] } && leader == nodes[0] && partition.IsrNodes.Count == nodes.Count, topic);
        }
    }

    private async Task ProduceAsync(string topic, int count)
    {
        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = cluster.Bootstrap(1), Acks = Acks.All }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.ProduceAsync(new KafkaPartition(topic, 0), Message(i), Cancelled)));
    }

    private List<int> Consume(string topic, string rack, int count, IsolationLevel isolation, List<string> statistics)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = cluster.Bootstrap(1),
            GroupId = "near-readers",
            ClientRack = rack,
            IsolationLevel = isolation,
            EnableAutoCommit = false,
            StatisticsIntervalMs = 50,
        };
        List<string> news = [];
        using IConsumer<Null, byte[]> consumer = new ConsumerBuilder<Null, byte[]>(config).SetStatisticsHandler((_, text) => statistics.Add(text)).SetLogHandler((_, message) => news.Add(message.Message)).Build();
        consumer.Assign(new TopicPartitionOffset(new KafkaPartition(topic, 0), Confluent.Kafka.Offset.Beginning));
        List<int> values = [];
        while (values.Count < count)
        {
            ConsumeResult<Null, byte[]>? result = consumer.Consume(Limit);
            Assert.True(result is not null, string.Join('\n', news));
            values.Add(BitConverter.ToInt32(result.Message.Value));
        }
        // Until what it has said of itself since then is there.
        consumer.Consume(TimeSpan.FromMilliseconds(200));
        return values;
    }

    private async Task<long> ReadBytesAsync(int node)
    {
        // Metrics are gathered once in a while.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
        string metrics = await cluster.Silos[node - 1].Http.GetStringAsync("/metrics", Cancelled);
        return ReadBytes().Match(metrics) is { Success: true } match ? (long)double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^streamcoord_log_read_bytes_total(?:\{[^}]*\})? ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex ReadBytes();
}
