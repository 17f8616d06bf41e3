using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>The paths of Confluent's proxy beside clients of Apache Kafka, unchanged, on one silo.</summary>
public sealed class RestProxyTests : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const string Plain = "application/vnd.kafka.v2+json";
    private const string Json = "application/vnd.kafka.json.v2+json";
    private const string Binary = "application/vnd.kafka.binary.v2+json";
    private const int PartitionCount = 4;
    private const int Count = 400;
    private const int ReadsMax = 300;

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task AConsumerOverHttp_SharesAGroupWithKafkaPython_AndNoRecordIsLost()
    {
        string cluster = await CreateTopicAsync("shared");
        string[] values = [.. Enumerable.Range(0, Count).Select(i => $"value {i}")];
        JsonElement created = await SendAsync("POST", "/consumers/team", """{"format":"binary","auto.offset.reset":"earliest","auto.commit.enable":"false"}""", Plain);
        string consumer = created.GetProperty("base_uri").GetString()!;
        await SendAsync("POST", $"{consumer}/subscription", """{"topics":["shared"]}""", Plain);
        Task<string[]> python = ClientProgram.RunAsync([], Python, Path.Combine(AppContext.BaseDirectory, "kafka_client.py"), "kafka-python", "join", _silo.Kafka, "shared", $"team/{Count}");
        await UntilAssignedAsync(consumer, PartitionCount / 2);

        await SendAsync("POST", "/topics/shared", JsonSerializer.Serialize(new
        {
            records = values.Select((value, i) => new { value = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)), partition = i % PartitionCount }),
        }), Binary);
        List<string> read = [];
        for (int i = 0; i < ReadsMax && !(python.IsCompleted && read.Union(await python).Count() == Count); i++)
        {
            read.AddRange(await ReadAsync(consumer));
            await SendAsync("POST", $"{consumer}/offsets", null, Plain, mayFail: true);
        }

        string[] readByPython = await python;
        Assert.Equal(values.Order(), read.Union(readByPython).Order());
        Assert.NotEmpty(read);
        Assert.NotEmpty(readByPython);
        await UntilAssignedAsync(consumer, PartitionCount);
        await SendAsync("POST", $"{consumer}/offsets", null, Plain);
        JsonElement summary = await SendAsync("GET", $"/v3/clusters/{cluster}/consumer-groups/team/lag-summary", null, Plain);
        Assert.Equal(0, summary.GetProperty("total_lag").GetInt64());
        await SendAsync("DELETE", consumer, null, Plain);
        Assert.Equal("EMPTY", (await SendAsync("GET", $"/v3/clusters/{cluster}/consumer-groups/team", null, Plain)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task WhatIsProducedOverHttp_KcatReads_InBothVersions()
    {
        string cluster = await CreateTopicAsync("produced");
        await SendAsync("POST", "/topics/produced/partitions/0", """{"records":[{"key":"azE=","value":"djE="},{"value":"djI="}]}""", Binary);
        await SendAsync("POST", "/topics/produced", """{"records":[{"key":"k3","value":{"a":[1,"é"]},"partition":0}]}""", Json);
        JsonElement report = await SendAsync("POST", $"/v3/clusters/{cluster}/topics/produced/records",
            """{"partition_id":0,"key":{"type":"STRING","data":"k4"},"value":{"type":"BINARY","data":"djQ="},"headers":[{"name":"h","value":"eA=="}]}""", "application/json");
        Assert.Equal((200, 3), (report.GetProperty("error_code").GetInt32(), report.GetProperty("offset").GetInt64()));

        string[] lines = await ClientProgram.RunAsync([], "kcat", "-b", _silo.Kafka, "-C", "-t", "produced", "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%o %k %s %h\\n");

        Assert.Equal(["0 k1 v1 ", "1  v2 ", "2 \"k3\" {\"a\":[1,\"é\"]} ", "3 k4 v4 h=x"], lines);
    }

    [Fact]
    public async Task TheBroker_IsDescribedAsItsClientsKnowIt()
    {
        string cluster = await CreateTopicAsync("described");
        JsonElement broker = await SendAsync("GET", $"/v3/clusters/{cluster}/brokers/1", null, Plain);
        Assert.Equal(_silo.Kafka, $"{broker.GetProperty("host").GetString()}:{broker.GetProperty("port").GetInt32()}");
        JsonElement config = await SendAsync("GET", $"/v3/clusters/{cluster}/brokers/1/configs/advertised.listeners", null, Plain);
        Assert.Equal($"PLAINTEXT://{_silo.Kafka}", config.GetProperty("value").GetString());
    }

    /// <summary>Waits, by reads that take a moment, until the consumer has so many partitions; it has read nothing then that was not read before.</summary>
    private async Task UntilAssignedAsync(string consumer, int partitionCount)
    {
        for (int i = 0; i < ReadsMax; i++)
        {
            JsonElement assignment = await SendAsync("GET", $"{consumer}/assignments", null, Plain);
            if (assignment.GetProperty("partitions").GetArrayLength() == partitionCount)
            {
                return;
            }
            Assert.Empty(await ReadAsync(consumer));
        }
        Assert.Fail($"The consumer never had {partitionCount} partitions. {_silo.Output}");
    }

    private async Task<string[]> ReadAsync(string consumer)
    {
        JsonElement records = await SendAsync("GET", $"{consumer}/records?timeout=200", null, Binary);
        return [.. records.EnumerateArray().Select(record => Encoding.UTF8.GetString(record.GetProperty("value").GetBytesFromBase64()))];
    }

    private async Task<string> CreateTopicAsync(string topic)
    {
        JsonElement clusters = await SendAsync("GET", "/v3/clusters", null, Plain);
        string cluster = clusters.GetProperty("data")[0].GetProperty("cluster_id").GetString()!;
        await SendAsync("POST", $"/v3/clusters/{cluster}/topics", $$"""{"topic_name":"{{topic}}","partitions_count":{{PartitionCount}}}""", "application/json");
        return cluster;
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body, string contentType, bool mayFail = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse(contentType));
        }
        using HttpResponseMessage response = await _silo.Http.SendAsync(request, TestContext.Current.CancellationToken);
        string answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(mayFail || response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {answer}");
        return answer.Length == 0 ? default : JsonDocument.Parse(answer).RootElement;
    }
}
