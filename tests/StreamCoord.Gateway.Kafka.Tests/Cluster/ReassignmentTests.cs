using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using Answer = StreamCoord.Protocol.Kafka.Messages.MetadataResponse.MetadataResponsePartition;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace StreamCoord.Gateway.Kafka.Tests.Cluster;

/// <summary>Copies and leaders of partitions are moved among three silos while clients use them.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class ReassignmentTests(ThreeSilosFixture cluster, ITestOutputHelper output)
{
    private const int MoreRecords = 50;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copies_AreMovedWhileTheyServe_AndNothingIsLost()
    {
        int[][][] places = [[[1], [2]], [[2], [2, 3]], [[3, 1], [1, 3]], [[1], [3]]];
        await CreateAsync("moved", places[0]);
        using var stop = new CancellationTokenSource();
        int[] counts = new int[places[0].Length];
        Task producing = ProduceAsync("moved", counts, stop.Token);

        foreach (int[][] next in places[1..])
        {
            await AwaitMoreAsync(counts);
            for (int partition = 0; partition < next.Length; partition++)
            {
                Assert.Equal(ErrorCode.None, await MoveAsync("moved", partition, next[partition]));
            }
            await cluster.AwaitAsync(3, metadata => IsKept(metadata, next), "moved");
        }
        await AwaitMoreAsync(counts);
        await stop.CancelAsync();
        await producing;

        Assert.Empty(await ListAsync());
        for (int partition = 0; partition < counts.Length; partition++)
        {
            Assert.Equal(Enumerable.Range(0, counts[partition]), Read("moved", partition, counts[partition]));
        }
        await AwaitFilesAsync("moved", places[^1]);
    }

    [Fact]
    public async Task Leadership_IsMovedToThePreferredReplica_WhenItIsElected()
    {
        await CreateAsync("elected", [[2, 1]]);
        await cluster.AwaitAsync(3, metadata => IsKept(metadata, [[2, 1]]), "elected");
        Assert.Equal(ErrorCode.ElectionNotNeeded, await ElectAsync("elected"));
        Assert.Equal(ErrorCode.None, await MoveAsync("elected", 0, [1, 2]));

        Assert.Equal(ErrorCode.None, await ElectAsync("elected"));

        MetadataResponse metadata = await cluster.AwaitAsync(3, metadata => IsKept(metadata, [[1, 2]]), "elected");
        Assert.Equal(1, metadata.Topics.Single().Partitions.Single().LeaderId);
    }

    [Fact]
    public async Task Target_ThatCannotBe_IsRefused()
    {
        await CreateAsync("refused", [[2, 1]]);

        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await MoveAsync("refused", 0, [1, 1]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await MoveAsync("refused", 0, [1, 4]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await MoveAsync("refused", 0, []));
        Assert.Equal(ErrorCode.InvalidReplicationFactor, await MoveAsync("refused", 0, [1], keepsFactor: true));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, await MoveAsync("refused", 0, null));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await MoveAsync("__znodes", 0, [1, 2]));
    }

    // The first of them leads, and all are in sync.
    private static bool IsKept(MetadataResponse metadata, int[][] places)
    {
        IReadOnlyList<Answer> partitions = metadata.Topics.Single().Partitions;
        return partitions.Count == places.Length && partitions.OrderBy(partition => partition.PartitionIndex).Zip(places)
            .All(pair => pair.First.ReplicaNodes.SequenceEqual(pair.Second) && pair.First.IsrNodes.Order().SequenceEqual(pair.Second.Order()) && pair.Second.Contains(pair.First.LeaderId));
    }

    private async Task CreateAsync(string topic, int[][] places)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap(1) }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = places.Length, ReplicasAssignments = places.Select((nodes, i) => (i, nodes)).ToDictionary(pair => pair.i, pair => pair.nodes.ToList()) }]);
    }

    private async Task ProduceAsync(string topic, int[] counts, CancellationToken stopped)
    {
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.Bootstrap(2), EnableIdempotence = true, LingerMs = 1 }).Build();
        await Task.WhenAll(Enumerable.Range(0, counts.Length).Select(async partition =>
        {
            TimeSpan longest = TimeSpan.Zero;
            while (!stopped.IsCancellationRequested)
            {
                var since = Stopwatch.StartNew();
                await producer.ProduceAsync(new KafkaPartition(topic, partition), new Message<Null, string> { Value = counts[partition].ToString(CultureInfo.InvariantCulture) }, Cancelled);
                longest = since.Elapsed > longest ? since.Elapsed : longest;
                counts[partition]++;
            }
            output.WriteLine($"{topic}-{partition}: {counts[partition]} records, the longest wait for one {longest.TotalMilliseconds:F0} ms");
        }));
    }

    private static async Task AwaitMoreAsync(int[] counts)
    {
        int[] before = [.. counts];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (counts.Zip(before).Any(pair => pair.First < pair.Second + MoreRecords))
        {
            await timer.WaitForNextTickAsync(Cancelled);
        }
    }

    private List<int> Read(string topic, int partition, int count)
    {
        using IConsumer<Ignore, string> consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = cluster.Bootstrap(1), GroupId = "none", EnablePartitionEof = true }).Build();
        consumer.Assign(new TopicPartitionOffset(new KafkaPartition(topic, partition), Confluent.Kafka.Offset.Beginning));
        List<int> values = [];
        while (values.Count <= count && consumer.Consume(TimeSpan.FromSeconds(30)) is { IsPartitionEOF: false } result)
        {
            values.Add(int.Parse(result.Message.Value, CultureInfo.InvariantCulture));
        }
        return values;
    }

    private async Task<ErrorCode> MoveAsync(string topic, int partition, int[]? target, bool keepsFactor = false)
    {
        await using KafkaClient client = await cluster.ConnectAsync(1);
        var request = new AlterPartitionReassignmentsRequest
        {
            TimeoutMs = 30_000,
            AllowReplicationFactorChange = !keepsFactor,
            Topics = [new AlterPartitionReassignmentsRequest.ReassignableTopic { Name = topic, Partitions = [new AlterPartitionReassignmentsRequest.ReassignablePartition { PartitionIndex = partition, Replicas = target }] }],
        };
        var answer = (await client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(request, 1)).Responses.Single().Partitions.Single();
        output.WriteLine($"{topic}-{partition} to [{string.Join(',', target ?? [])}]: {(ErrorCode)answer.ErrorCode} {answer.ErrorMessage}");
        return (ErrorCode)answer.ErrorCode;
    }

    private async Task<ErrorCode> ElectAsync(string topic)
    {
        await using KafkaClient client = await cluster.ConnectAsync(3);
        var request = new ElectLeadersRequest { TopicPartitions = [new ElectLeadersRequest.TopicPartitionsData { Topic = topic, Partitions = [0] }], TimeoutMs = 30_000 };
        var answer = (await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, 2)).ReplicaElectionResults.Single().PartitionResult.Single();
        output.WriteLine($"{topic}: {(ErrorCode)answer.ErrorCode} {answer.ErrorMessage}");
        return (ErrorCode)answer.ErrorCode;
    }

    private async Task<IEnumerable<string>> ListAsync()
    {
        await using KafkaClient client = await cluster.ConnectAsync(2);
        return (await client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest(), 0)).Topics.Select(topic => topic.Name);
    }

    // A copy that is moved away is deleted, a moment after the cluster is told that it is not needed any more.
    private async Task AwaitFilesAsync(string topic, int[][] places)
    {
        for (int node = 1; node <= 3; node++)
        {
            int[] kept = [.. Enumerable.Range(0, places.Length).Where(partition => places[partition].Contains(node))];
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!(await FindFilesAsync(node, topic)).SequenceEqual(kept))
            {
                await timer.WaitForNextTickAsync(Cancelled);
            }
        }
    }

    private async Task<IEnumerable<int>> FindFilesAsync(int node, string topic)
    {
        await using KafkaClient client = await cluster.ConnectAsync(node);
        DescribeLogDirsResponse response = await client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(new DescribeLogDirsRequest { Topics = null }, 1);
        return response.Results.SelectMany(directory => directory.Topics).Where(one => one.Name == topic).SelectMany(one => one.Partitions).Select(partition => partition.PartitionIndex).Order();
    }
}
