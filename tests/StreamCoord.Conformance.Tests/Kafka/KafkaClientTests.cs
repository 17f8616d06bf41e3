using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>Clients of Apache Kafka, unchanged: each reads what the others have written, in every compression.</summary>
public sealed class KafkaClientTests : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const int Count = 500;
    private static readonly string[] Clients = ["kafka-python", "confluent", "kcat", "kafkajs"];

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task TheTutorial_PrintsWhatItPrintsWithApacheKafka()
    {
        string[] lines = await ClientProgram.RunAsync([], Python, Script("tutorial.py"), _silo.Kafka);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"offset: {i}, value: b'message_{i}'"), lines);
        string[] metadata = await ClientProgram.RunAsync([], "kcat", "-b", _silo.Kafka, "-L");
        Assert.Contains($"  broker 1 at {_silo.Kafka} (controller)", metadata);
        Assert.Contains("  topic \"topic_name\" with 1 partitions:", metadata);
        Assert.Contains("    partition 0, leader 1, replicas: 1, isrs: 1", metadata);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task EveryClient_ReadsWhatEveryClientWrote(string codec)
    {
        // Debian's kafka-python has no binding to zstd; kafkajs has gzip alone.
        string[] producers = [.. Clients.Where(client => client switch
        {
            "kafka-python" => codec != "zstd",
            "kafkajs" => codec is "none" or "gzip",
            _ => true,
        })];
        string topic = $"interchange-{codec}";
        List<string> written = [];
        foreach (string client in producers)
        {
            string[] values = [.. Enumerable.Range(0, Count).Select(i => $"{client} {codec} {i} {new string('x', i)}")];
            await ProduceAsync(client, topic, codec, values);
            written.AddRange(values);
        }

        foreach (string client in producers)
        {
            Assert.Equal(written, await ConsumeAsync(client, topic, written.Count));
        }
    }

    [Fact]
    public async Task WhatAClientWrote_IsThereAfterTheSiloWasKilled()
    {
        string[] values = [.. Enumerable.Range(0, Count).Select(i => $"value {i}")];
        await ProduceAsync("confluent", "survivor", "none", values);
        await _silo.KillAsync();
        await _silo.DisposeAsync();

        _silo = await SiloProcess.StartAsync(_directory.Path);

        Assert.Equal(values, await ConsumeAsync("kcat", "survivor", Count));
    }

    [Theory]
    [InlineData("kafka-python", "confluent")]
    [InlineData("confluent", "kafkajs")]
    [InlineData("kafkajs", "kafka-python")]
    public async Task AGroup_GoesOnWhereItsLastMemberCommitted_WhicheverClientThatWas(string first, string second)
    {
        string[] values = [.. Enumerable.Range(0, 300).Select(i => $"value {i}")];
        await ProduceAsync("confluent", "shared", "none", values);

        Assert.Equal(values[..100], await JoinAsync(first, "shared", "g", 100));
        Assert.Equal(values[100..], await JoinAsync(second, "shared", "g", 200));
        await _silo.KillAsync();
        await _silo.DisposeAsync();
        _silo = await SiloProcess.StartAsync(_directory.Path);
        Assert.Empty(await JoinAsync(first, "shared", "g", 1));
        await ProduceAsync("kcat", "shared", "none", ["later"]);
        Assert.Equal(["later"], await JoinAsync(second, "shared", "g", 1));
    }

    [Theory]
    [InlineData("kafka-python", "confluent")]
    [InlineData("kafka-python", "kafkajs")]
    public async Task MembersOfDifferentClients_ShareThePartitions(string one, string other)
    {
        await CreateTopicAsync("spread", 4);
        string[] values = [.. Enumerable.Range(0, 400).Select(i => $"value {i}")];
        for (int partition = 0; partition < 4; partition++)
        {
            await ClientProgram.RunAsync(values.Where((_, i) => i % 4 == partition), "kcat", "-b", _silo.Kafka, "-P", "-t", "spread", "-p", $"{partition}");
        }

        string[][] read = await Task.WhenAll(JoinAsync(one, "spread", "team", 400), JoinAsync(other, "spread", "team", 400));

        // Whoever came first may have read what it had not committed when the other came: at least once is the contract.
        Assert.Equal(values.Order(), read.SelectMany(values => values).Distinct().Order());
        Assert.Empty(await JoinAsync("confluent", "spread", "team", 1));
    }

    private async Task CreateTopicAsync(string topic, int partitions)
    {
        string cluster = (await _silo.Http.GetStringAsync("/v3/clusters")).Split("\"cluster_id\":\"")[1].Split('"')[0];
        using var body = new StringContent($$"""{"topic_name":"{{topic}}","partitions_count":{{partitions}}}""", System.Text.Encoding.UTF8, "application/json");
        (await _silo.Http.PostAsync($"/v3/clusters/{cluster}/topics", body)).EnsureSuccessStatusCode();
    }

    private Task<string[]> JoinAsync(string client, string topic, string group, int count) => RunAsync([], client, "join", topic, $"{group}/{count}");

    private Task<string[]> ProduceAsync(string client, string topic, string codec, string[] values) => client == "kcat"
        ? ClientProgram.RunAsync(values, "kcat", "-b", _silo.Kafka, "-P", "-t", topic, "-z", codec)
        : RunAsync(values, client, "produce", topic, codec);

    private Task<string[]> ConsumeAsync(string client, string topic, int count) => client == "kcat"
        ? ClientProgram.RunAsync([], "kcat", "-b", _silo.Kafka, "-C", "-t", topic, "-o", "beginning", "-e", "-q")
        : RunAsync([], client, "consume", topic, $"{count}");

    private Task<string[]> RunAsync(string[] input, string client, string action, string topic, string what) => client == "kafkajs"
        ? ClientProgram.RunKafkajsAsync(input, action, _silo.Kafka, topic, what)
        : ClientProgram.RunAsync(input, Python, Script("kafka_client.py"), client, action, _silo.Kafka, topic, what);

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
