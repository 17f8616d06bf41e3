using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>What a new user does with a silo by curl, and what a careless one does, on the real process.</summary>
public sealed class EndToEndTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public EndToEndTests() => _limit.CancelAfter(Limit);

    private CancellationToken Cancelled => _limit.Token;

    public void Dispose()
    {
        _limit.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task TheReadme_ImportsPagesAndFollowsAFile_AndFindsItAfterAKill()
    {
        JsonElement before;
        await using (SiloProcess silo = await SiloProcess.StartAsync(_directory.Path))
        {
            JsonElement imported = await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "one\ntwo\n\nfour é\n", "text/plain");
            Assert.Equal("""{"records":4,"partitions":[{"partition":0,"first_offset":0,"last_offset":3}]}""", imported.GetRawText());
            before = await OkAsync(silo, HttpMethod.Get, "/v1/topics/lines/partitions/0/records?offset=0");
            Assert.Equal(["one", "two", "", "four é"], Values(before));
            Assert.Equal(4, before.GetProperty("next_offset").GetInt64());
            using EventReader events = await EventReader.OpenAsync(silo, "lines", "earliest", null, Cancelled);
            Assert.Equal(["one", "two", "", "four é"], await events.ReadValuesAsync(4, Cancelled));
            await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "live\n", "text/plain");
            Assert.Equal(["live"], await events.ReadValuesAsync(1, Cancelled));
            await silo.KillAsync();
        }

        await using SiloProcess again = await SiloProcess.StartAsync(_directory.Path);
        JsonElement after = await OkAsync(again, HttpMethod.Get, "/v1/topics/lines/partitions/0/records?offset=0");
        Assert.Equal([.. Values(before), "live"], Values(after));
        Assert.Equal(before.GetProperty("records")[3].GetRawText(), after.GetProperty("records")[3].GetRawText());
    }

    [Fact]
    public async Task APatternThatTakesLongToMatch_IsRefused()
    {
        const string V2 = "application/vnd.kafka.v2+json";
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path);
        await OkAsync(silo, HttpMethod.Post, "/consumers/readers", "{\"name\":\"one\"}", V2);
        (HttpStatusCode status, string answer) = await SendAsync(silo, HttpMethod.Post, "/consumers/readers/instances/one/subscription", "{\"topic_pattern\":\"((.?){0,31}){0,31}z\"}", V2);
        Assert.True(status == HttpStatusCode.UnprocessableEntity && answer.Contains("'2000'", StringComparison.Ordinal), $"{status} {answer}");
    }

    [Fact]
    public async Task AStream_GoesOnOverAKill_WithNothingTwiceAndNothingLeftOut()
    {
        string? lastEventId;
        await using (SiloProcess silo = await SiloProcess.StartAsync(_directory.Path))
        {
            await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "one\ntwo\nthree\n", "text/plain");
            using EventReader events = await EventReader.OpenAsync(silo, "lines", "earliest", null, Cancelled);
            Assert.Equal(["one", "two"], await events.ReadValuesAsync(2, Cancelled));
            lastEventId = events.LastEventId;
            await silo.KillAsync();
        }

        await using SiloProcess again = await SiloProcess.StartAsync(_directory.Path);
        using EventReader resumed = await EventReader.OpenAsync(again, "lines", "latest", lastEventId, Cancelled);
        await OkAsync(again, HttpMethod.Put, "/v1/topics/lines/records:import", "four\n", "text/plain");
        Assert.Equal(["three", "four"], await resumed.ReadValuesAsync(2, Cancelled));
    }

    [Fact]
    public async Task ATopic_IsCreatedChangedAndDeleted_AndComesBackEmpty()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path);
        string topics = await TopicsPathAsync(silo);
        (HttpStatusCode created, string answer) = await SendAsync(silo, HttpMethod.Post, topics,
            """{"topic_name":"orders","partitions_count":3,"configs":[{"name":"compression.type","value":"zstd"}]}""", "application/json");
        Assert.True(created == HttpStatusCode.Created, answer);
        JsonElement report = await OkAsync(silo, HttpMethod.Post, $"{topics}/orders/records",
            """{"partition_id":2,"key":{"type":"STRING","data":"o-1"},"value":{"type":"JSON","data":{"amount":7}}}""", "application/json");
        Assert.Equal((200, 0), (report.GetProperty("error_code").GetInt32(), report.GetProperty("offset").GetInt64()));
        JsonElement page = await OkAsync(silo, HttpMethod.Get, "/v1/topics/orders/partitions/2/records?offset=0");
        Assert.Equal(["""{"amount":7}"""], Values(page));

        (HttpStatusCode set, _) = await SendAsync(silo, HttpMethod.Put, $"{topics}/orders/configs/max.message.bytes", """{"value":"100"}""", "application/json");
        Assert.Equal(HttpStatusCode.NoContent, set);
        (HttpStatusCode tooLarge, _) = await SendAsync(silo, HttpMethod.Put, "/v1/topics/orders/records:import", new string('x', 200), "text/plain");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge);

        using EventReader events = await EventReader.OpenAsync(silo, "orders", "earliest", null, Cancelled);
        Assert.Equal(["""{"amount":7}"""], await events.ReadValuesAsync(1, Cancelled));
        (HttpStatusCode deleted, _) = await SendAsync(silo, HttpMethod.Delete, $"{topics}/orders");
        Assert.Equal(HttpStatusCode.NoContent, deleted);
        Assert.Contains("orders", await events.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
        await OkAsync(silo, HttpMethod.Put, "/v1/topics/orders/records:import", "new\n", "text/plain");
        Assert.Equal(["new"], Values(await OkAsync(silo, HttpMethod.Get, "/v1/topics/orders/partitions/0/records?offset=0")));
    }

    [Fact]
    public async Task RetentionBySize_DeletesTheOldestRecords_AndSaysWhatIsLeft()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:Log:MaintenanceIntervalMs=100");
        string topics = await TopicsPathAsync(silo);
        await SendAsync(silo, HttpMethod.Post, topics,
            """{"topic_name":"short","configs":[{"name":"segment.bytes","value":"1048576"},{"name":"retention.bytes","value":"1048576"}]}""", "application/json");
        string lines = string.Concat(Enumerable.Repeat($"{new string('x', 1023)}\n", 1024));
        for (int i = 0; i < 4; i++)
        {
            await OkAsync(silo, HttpMethod.Put, "/v1/topics/short/records:import", lines, "text/plain");
        }

        (HttpStatusCode status, string answer) = await SendAsync(silo, HttpMethod.Get, "/v1/topics/short/partitions/0/records?offset=0&max_bytes=1");
        while (status == HttpStatusCode.OK)
        {
            (status, answer) = await SendAsync(silo, HttpMethod.Get, "/v1/topics/short/partitions/0/records?offset=0&max_bytes=1");
        }

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, status);
        using JsonDocument problem = JsonDocument.Parse(answer);
        Assert.Equal("OFFSET_OUT_OF_RANGE", problem.RootElement.GetProperty("code").GetString());
        long start = problem.RootElement.GetProperty("log_start_offset").GetInt64();
        Assert.InRange(start, 1, 4095);
        Assert.Equal(4096, problem.RootElement.GetProperty("high_watermark").GetInt64());
        JsonElement page = await OkAsync(silo, HttpMethod.Get, "/v1/topics/short/partitions/0/records?offset=earliest&max_bytes=1");
        Assert.True(page.GetProperty("records")[0].GetProperty("offset").GetInt64() >= start);
    }

    [Fact]
    public async Task BadInput_IsAnsweredWithItsCause_AndChangesNothing()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path);
        string topics = await TopicsPathAsync(silo);
        await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "one\n", "text/plain");
        (HttpMethod Method, string Path, string? Body, string Type, int Status, string Says)[] cases =
        [
            (HttpMethod.Get, "/v1/topics/none/partitions/0/records", null, "", 404, "UNKNOWN_TOPIC_OR_PARTITION"),
            (HttpMethod.Get, "/v1/topics/lines/partitions/1/records", null, "", 404, "partition 1"),
            (HttpMethod.Get, "/v1/topics/lines/partitions/0/records?offset=9", null, "", 416, "\"high_watermark\":1"),
            (HttpMethod.Get, "/v1/topics/lines/partitions/0/records?offset=x", null, "", 400, "'earliest' or 'latest'"),
            (HttpMethod.Get, "/v1/topics/bad%20name/records:stream", null, "", 400, "INVALID_TOPIC_EXCEPTION"),
            (HttpMethod.Put, $"/v1/topics/{new string('a', 250)}/records:import", "x", "text/plain", 400, "249"),
            (HttpMethod.Put, "/v1/topics/lines/records:import", "{\"value\":", "application/x-ndjson", 400, "Line 1"),
            (HttpMethod.Put, "/v1/topics/lines/records:import", new string('x', 2_000_000), "text/plain", 413, "max.message.bytes"),
            (HttpMethod.Post, topics, "{bad", "application/json", 400, "line 1, position 2"),
            (HttpMethod.Post, topics, new string('x', 17_000_000), "application/json", 413, "StreamCoord:Http:RequestBodyBytesMax"),
            (HttpMethod.Post, topics, """{"topic_name":"new","configs":[{"name":"nope","value":"1"}]}""", "application/json", 400, "retention.ms"),
            (HttpMethod.Post, topics, """{"topic_name":"new","configs":[{"name":"retention.ms","value":"-2"}]}""", "application/json", 400, "from -1 to"),
            (HttpMethod.Post, topics, """{"topic_name":"new","partitions_count":0}""", "application/json", 400, "1 to 100000"),
            (HttpMethod.Delete, "/health/live", null, "", 405, "method"),
        ];

        foreach ((HttpMethod method, string path, string? body, string type, int expected, string says) in cases)
        {
            (HttpStatusCode status, string answer) = await SendAsync(silo, method, path, body, type);
            Assert.True((int)status == expected && answer.Contains(says, StringComparison.Ordinal), $"{method} {path}: {status} {answer}");
            Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        }

        Assert.Equal(["one"], Values(await OkAsync(silo, HttpMethod.Get, "/v1/topics/lines/partitions/0/records?offset=0")));
        JsonElement list = await OkAsync(silo, HttpMethod.Get, topics);
        Assert.Equal(["lines"], list.GetProperty("data").EnumerateArray().Select(topic => topic.GetProperty("topic_name").GetString()));
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_CountWhatIsWrittenAndFlushed()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path);
        await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "first\n", "text/plain");
        // The state is the last record that a new topic adds to the log of the znode tree.
        while ((await SendAsync(silo, HttpMethod.Get, "/v1/znodes/brokers/topics/lines/partitions/0/state")).Status != HttpStatusCode.OK)
        {
            await Task.Yield();
        }
        long before = AppendedRecords(await silo.Http.GetStringAsync("/metrics", Cancelled));
        await OkAsync(silo, HttpMethod.Put, "/v1/topics/lines/records:import", "one\ntwo\nthree\n", "text/plain");

        // The exporter gives the same answer again for a moment.
        string metrics;
        do
        {
            metrics = await silo.Http.GetStringAsync("/metrics", Cancelled);
        }
        while (AppendedRecords(metrics) == before);

        Assert.Equal(before + 3, AppendedRecords(metrics));
        Assert.Contains("streamcoord_log_flush_duration_seconds_bucket{otel_scope_name=\"StreamCoord.Log\",le=\"0.001\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("streamcoord_log_open{", metrics, StringComparison.Ordinal);
    }

    private static long AppendedRecords(string metrics)
    {
        const string Name = "streamcoord_log_appended_records_total{otel_scope_name=\"StreamCoord.Log\"} ";
        string line = metrics.Split('\n').Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..], CultureInfo.InvariantCulture);
    }

    private async Task<JsonElement> OkAsync(SiloProcess silo, HttpMethod method, string path, string? body = null, string type = "")
    {
        (HttpStatusCode status, string answer) = await SendAsync(silo, method, path, body, type);
        Assert.True(status == HttpStatusCode.OK, $"{method} {path}: {status} {answer}");
        using JsonDocument document = JsonDocument.Parse(answer);
        return document.RootElement.Clone();
    }

    private async Task<(HttpStatusCode Status, string Answer)> SendAsync(SiloProcess silo, HttpMethod method, string path, string? body = null, string type = "")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            // As curl does: a server that refuses a large body need not read it.
            request.Headers.ExpectContinue = body.Length > 1_000_000;
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }
        using HttpResponseMessage response = await silo.Http.SendAsync(request, Cancelled);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled));
    }

    private async Task<string> TopicsPathAsync(SiloProcess silo)
    {
        JsonElement clusters = await OkAsync(silo, HttpMethod.Get, "/v3/clusters");
        return $"/v3/clusters/{clusters.GetProperty("data")[0].GetProperty("cluster_id").GetString()}/topics";
    }

    private static IEnumerable<string?> Values(JsonElement page) =>
        page.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("value").GetString());
}
