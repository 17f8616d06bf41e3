using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing.Processes;
using KafkaOffset = Confluent.Kafka.Offset;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace StreamCoord.Gateway.Kafka.Tests.Cluster;

/// <summary>Three silos are one Kafka cluster to its clients, whichever of them they know.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class ThreeSilosTests(ThreeSilosFixture cluster, ITestOutputHelper output)
{
    private const int Partitions = 6;
    private const short ProduceVersion = 12;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_TellsOfAllBrokers_AndLeadersAreSpread()
    {
        await CreateAsync("spread", bootstrap: 3);

        for (int node = 1; node <= 3; node++)
        {
            MetadataResponse metadata = await cluster.AwaitAsync(node, HasTopic, "spread");

            Assert.Equal([1, 2, 3], metadata.Brokers.Select(broker => broker.NodeId));
            Assert.Equal(cluster.Silos.Select(silo => silo.Kafka), metadata.Brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
            IReadOnlyList<MetadataResponse.MetadataResponsePartition> partitions = metadata.Topics.Single().Partitions;
            Assert.Equal([1, 2, 3], partitions.Select(partition => partition.LeaderId).Distinct().Order());
            Assert.All(partitions, partition => Assert.Equal((0, 3, 3, 0), (partition.ErrorCode, partition.ReplicaNodes.Count, partition.IsrNodes.Count, partition.OfflineReplicas.Count)));
        }
    }

    [Fact]
    public async Task Records_ProducedThroughAnyBroker_AreReadThroughAnother()
    {
        await CreateAsync("passed", bootstrap: 1);
        using (IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.Bootstrap(2), Acks = Acks.All }).Build())
        {
            for (int partition = 0; partition < Partitions; partition++)
            {
                await producer.ProduceAsync(new KafkaPartition("passed", partition), new Message<Null, string> { Value = $"v{partition}" }, Cancelled);
            }
        }

        List<string> news = [];
        using IConsumer<Ignore, string> consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = cluster.Bootstrap(3), GroupId = "passed-readers", AutoOffsetReset = AutoOffsetReset.Earliest })
            .SetErrorHandler((_, error) => news.Add(error.ToString())).SetLogHandler((_, message) => news.Add(message.Message)).Build();
        consumer.Subscribe("passed");
        HashSet<string> values = [];
        while (values.Count < Partitions)
        {
            ConsumeResult<Ignore, string>? result = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.True(result is not null, string.Join('\n', news));
            values.Add(result.Message.Value);
        }
        consumer.Commit();
        consumer.Close();
    }

    [Fact]
    public async Task Records_AreWrittenAndReadByHttp_ThroughAnySilo()
    {
        await CreateAsync("by-http", bootstrap: 1);
        string records = $"/v3/clusters/{await ReadAsync(0, "/v3/clusters", "cluster_id")}/topics/by-http/records";
        for (int node = 1; node <= 3; node++)
        {
            await cluster.AwaitAsync(node, HasTopic, "by-http");
            for (int partition = 0; partition < Partitions; partition++)
            {
                string body = $$$"""{"partition_id":{{{partition}}},"value":{"type":"STRING","data":"from-{{{node}}}"}}""";
                using HttpResponseMessage written = await cluster.Silos[node - 1].Http.PostAsync(records, new StringContent(body, Encoding.UTF8, "application/json"), Cancelled);
                Assert.Contains("\"error_code\":200", await written.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
            }
        }

        foreach (SiloProcess silo in cluster.Silos)
        {
            for (int partition = 0; partition < Partitions; partition++)
            {
                string page = await silo.Http.GetStringAsync($"/v1/topics/by-http/partitions/{partition}/records?offset=earliest", Cancelled);
                Assert.All((int[])[1, 2, 3], node => Assert.Contains($"from-{node}", page, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task BrokerThatDoesNotLead_SaysWhoDoes()
    {
        await CreateAsync("hinted", bootstrap: 1);
        MetadataResponse.MetadataResponsePartition led = (await cluster.AwaitAsync(1, HasTopic, "hinted")).Topics.Single().Partitions[0];
        int other = led.LeaderId % 3 + 1;
        await cluster.AwaitAsync(other, HasTopic, "hinted");
        await using KafkaClient client = await cluster.ConnectAsync(other);

        ProduceResponse produced = await client.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce("hinted", Requests.Batch("a")), ProduceVersion);
        // From the next version on a consumer may also read from a copy that follows.
        FetchResponse.PartitionData fetched = (await client.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch("hinted", 0), 10)).Responses.Single().Partitions.Single();

        ProduceResponse.PartitionProduceResponse answer = produced.Responses.Single().PartitionResponses.Single();
        ProduceResponse.NodeEndpoint hint = produced.NodeEndpoints.Single();
        Assert.Equal((ErrorCode.NotLeaderOrFollower, (int?)led.LeaderId, led.LeaderId), ((ErrorCode)answer.ErrorCode, answer.CurrentLeader?.LeaderId, hint.NodeId));
        Assert.Equal(cluster.Bootstrap(led.LeaderId), $"{hint.Host}:{hint.Port}");
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (ErrorCode)fetched.ErrorCode);
        await using KafkaClient leader = await cluster.ConnectAsync(led.LeaderId);
        Assert.Equal(ErrorCode.None, (ErrorCode)(await leader.ProduceAsync(Requests.Produce("hinted", Requests.Batch("a")))).ErrorCode);
    }

    [Fact]
    public async Task Replicas_AreWhereTheyAreAssignedByHand()
    {
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await CreateByHandAsync("placed", [[3, 1], [2]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await CreateByHandAsync("placed", [[3, 4]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await CreateByHandAsync("placed", [[3, 3]]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await CreateByHandAsync("placed", [[]]));
        Assert.Equal(ErrorCode.InvalidRequest, await CreateByHandAsync("placed", [[3, 1]], factor: 2));

        Assert.Equal(ErrorCode.None, await CreateByHandAsync("placed", [[3, 1], [2, 3]]));

        MetadataResponse metadata = await cluster.AwaitAsync(2, HasTopic, "placed");
        Assert.Equal(["3,1", "2,3"], metadata.Topics.Single().Partitions.Select(partition => string.Join(',', partition.ReplicaNodes)));
        Assert.Equal([3, 2], metadata.Topics.Single().Partitions.Select(partition => partition.LeaderId));
    }

    [Fact]
    public async Task Groups_AreListedOnce_AndHaveOneCoordinator()
    {
        string[] groups = [.. Enumerable.Range(0, 6).Select(i => $"listed-{i}")];
        await CreateAsync("committed", bootstrap: 1);
        foreach (string group in groups)
        {
            using IConsumer<Ignore, string> consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = cluster.Bootstrap(2), GroupId = group }).Build();
            consumer.Commit([new TopicPartitionOffset(new KafkaPartition("committed", 0), new KafkaOffset(0))]);
        }

        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap(3) }).Build();
        ListConsumerGroupsResult listed = await admin.ListConsumerGroupsAsync();
        Assert.Equal(groups, listed.Valid.Select(group => group.GroupId).Where(group => group.StartsWith("listed-", StringComparison.Ordinal)).Order());
        HashSet<int> coordinators = [];
        foreach (string group in groups)
        {
            int[] answers = [await FindCoordinatorAsync(1, group), await FindCoordinatorAsync(2, group), await FindCoordinatorAsync(3, group)];
            coordinators.Add(Assert.Single(answers.Distinct()));
        }
        Assert.Subset(new HashSet<int> { 1, 2, 3 }, coordinators);
        string clusterId = await ReadAsync(0, "/v3/clusters", "cluster_id");
        foreach (int silo in (int[])[0, 1, 2])
        {
            string all = await cluster.Silos[silo].Http.GetStringAsync($"/v3/clusters/{clusterId}/consumer-groups", Cancelled);
            Assert.All(groups, group => Assert.Contains($"\"{group}\"", all, StringComparison.Ordinal));
            string brokers = await cluster.Silos[silo].Http.GetStringAsync($"/v3/clusters/{clusterId}/brokers", Cancelled);
            Assert.All((int[])[1, 2, 3], node => Assert.Contains($"/brokers/{node}/configs", brokers, StringComparison.Ordinal));
        }
    }

    private static bool HasTopic(MetadataResponse metadata) => metadata.Topics.All(topic => topic.ErrorCode == 0 && topic.Partitions.Count > 0 && topic.Partitions.All(partition => partition.IsrNodes.Count == partition.ReplicaNodes.Count));

    private async Task CreateAsync(string topic, int bootstrap)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap(bootstrap) }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 3 }]);
    }

    private async Task<ErrorCode> CreateByHandAsync(string topic, int[][] assignments, short factor = -1)
    {
        await using KafkaClient client = await cluster.ConnectAsync(1);
        var request = new CreateTopicsRequest
        {
            TimeoutMs = 30_000,
            Topics =
            [
                new CreateTopicsRequest.CreatableTopic
                {
                    Name = topic,
                    NumPartitions = -1,
                    ReplicationFactor = factor,
                    Assignments = [.. assignments.Select((nodes, i) => new CreateTopicsRequest.CreatableReplicaAssignment { PartitionIndex = i, BrokerIds = nodes })],
                },
            ],
        };
        CreateTopicsResponse.CreatableTopicResult answer = (await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7)).Topics.Single();
        output.WriteLine($"{topic}: {(ErrorCode)answer.ErrorCode} {answer.ErrorMessage}");
        return (ErrorCode)answer.ErrorCode;
    }

    private async Task<int> FindCoordinatorAsync(int node, string group)
    {
        await using KafkaClient client = await cluster.ConnectAsync(node);
        FindCoordinatorResponse.Coordinator found = (await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { CoordinatorKeys = [group] }, 4)).Coordinators.Single();
        Assert.Equal(ErrorCode.None, (ErrorCode)found.ErrorCode);
        Assert.Equal(cluster.Bootstrap(found.NodeId), $"{found.Host}:{found.Port}");
        return found.NodeId;
    }

    private async Task<string> ReadAsync(int silo, string path, string member)
    {
        using JsonDocument document = JsonDocument.Parse(await cluster.Silos[silo].Http.GetStringAsync(path, Cancelled));
        return document.RootElement.GetProperty("data")[0].GetProperty(member).GetString()!;
    }
}
