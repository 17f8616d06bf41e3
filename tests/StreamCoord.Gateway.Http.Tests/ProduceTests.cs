using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class ProduceTests
{
    private static readonly string Records = $"{GatewayHost.V3Topics}/t/records";

    [Fact]
    public async Task A_record_is_produced_and_reported_as_Confluent_does()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2);
        Answer answer = await host.JsonAsync(HttpMethod.Post, Records,
            """
            {"partition_id":1,"headers":[{"name":"h","value":"SGk="},{"name":"n"}],"key":{"type":"BINARY","data":"Zm9vYmFy"},
             "value":{"type":"JSON","data":{"foo": [1, 2.50, "ä"]}},"timestamp":"2021-02-05T19:14:42Z"}
            """);
        Assert.Equal(200, answer.Status);
        Assert.Equal(
            $$$"""{"error_code":200,"cluster_id":"{{{GatewayHost.ClusterId}}}","topic_name":"t","partition_id":1,"offset":0,"timestamp":"2021-02-05T19:14:42Z","key":{"type":"BINARY","size":6},"value":{"type":"JSON","size":21}}""" + "\r\n",
            answer.Body);
        var record = Assert.Single(host.Cluster.Partition("t", 1).Records());
        Assert.Equal("foobar", Encoding.UTF8.GetString(record.Key!));
        Assert.Equal("""{"foo":[1,2.50,"ä"]}""", Encoding.UTF8.GetString(record.Value!));
        Assert.Equal(1_612_552_482_000, record.TimestampMs);
        Assert.Equal(["h=Hi", "n=null"], record.Headers.Select(h => $"{h.Item1}={(h.Item2 is null ? "null" : Encoding.UTF8.GetString(h.Item2))}"));
    }

    [Fact]
    public async Task Null_and_missing_data_are_null_and_strings_are_text()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        Answer answer = await host.JsonAsync(HttpMethod.Post, Records,
            """{}{"value":{"type":"STRING","data":null}}{"key":null,"value":{"type":"JSON"}}{"value":{"type":"STRING","data":"My \"message\""}}{"value":{"type":"JSON","data":"s"}}""");
        Assert.Equal([200, 200, 200, 200, 200], Codes(answer));
        Assert.Equal(["null", "null", "null", "My \"message\"", "\"s\""], host.Cluster.Partition("t", 0).Values);
    }

    [Fact]
    public async Task A_stream_of_records_is_answered_in_order_each_with_its_own_code()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1);
        Answer answer = await host.JsonAsync(HttpMethod.Post, Records,
            """{"value":{"type":"STRING","data":"a"}} {"value":{"type":"STRING","data":1}}""" + "\n" +
            """{"value":{"type":"AVRO","data":1}}{"value":{"data":"x"}}{"bad" 1}{"partition_id":1}{"partition_id":-1}{"partition_id":"0"}""" +
            """{"headers":[{"name":"h","value":"*"}]}{"timestamp":"soon"}{"value":5}{"value":{"type":"BINARY","data":"1"}}{"value":{"type":"STRING","data":"b } \\\" {"}}""");
        Assert.Equal([200, 400, 42206, 42206, 400, 40402, 40402, 400, 400, 400, 400, 400, 200], Codes(answer));
        Assert.Equal(["a", "b } \\\" {"], host.Cluster.Partition("t", 0).Values);
        Assert.Contains("not a string", Reports(answer)[1].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("AVRO", Reports(answer)[2].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("line 1, position 8", Reports(answer)[4].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("base64", Reports(answer)[11].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_record_is_answered_while_the_connection_stays_open()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        using NetworkStream stream = socket.GetStream();
        using var reader = new StreamReader(stream);
        await SendAsync($"POST {Records} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 3; i++)
        {
            string record = $$$"""{"value":{"type":"STRING","data":"{{{i}}}"}}""";
            string half = record[..20];
            await SendAsync($"{half.Length:x}\r\n{half}\r\n");
            await SendAsync($"{record.Length - half.Length:x}\r\n{record[half.Length..]}\r\n");
            Assert.Contains($"\"offset\":{i}", await LineWithAsync("error_code"), StringComparison.Ordinal);
        }
        await SendAsync("0\r\n\r\n");
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Task SendAsync(string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

        async Task<string> LineWithAsync(string part)
        {
            string? line = "";
            while (line is not null && !line.Contains(part, StringComparison.Ordinal))
            {
                line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            }
            return line ?? throw new EndOfStreamException();
        }
    }

    [Fact]
    public async Task Records_of_one_stream_keep_their_order_and_are_gathered_into_few_appends()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 3);
        string body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $$$"""{"key":{"type":"STRING","data":"{{{i % 50}}}"},"value":{"type":"STRING","data":"{{{i:d5}}}"}}"""));
        Answer answer = await host.JsonAsync(HttpMethod.Post, Records, body);
        Assert.Equal(20_000, Codes(answer).Count(code => code == 200));
        FakePartition[] partitions = [.. Enumerable.Range(0, 3).Select(p => host.Cluster.Partition("t", p))];
        Assert.Equal(20_000, partitions.Sum(p => p.Values.Count));
        Assert.All(partitions, p => Assert.Equal(p.Values.Order(StringComparer.Ordinal), p.Values));
        Assert.All(partitions, p => Assert.InRange(p.AppendCount, 1, 4000));
        Assert.All(partitions, p => Assert.Equal(1, p.AppendsAtOnceMax));
    }

    [Fact]
    public async Task A_client_may_send_everything_before_it_reads()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        string body = string.Concat(Enumerable.Repeat("""{"value":{"type":"STRING","data":"a record whose report is longer than itself"}}""", 60_000));
        Assert.Equal(60_000, Codes(await host.JsonAsync(HttpMethod.Post, Records, body)).Count(code => code == 200));
    }

    [Fact]
    public async Task What_several_clients_produce_while_an_append_is_on_its_way_forms_the_next_one()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        partition.BeforeAppend = () =>
        {
            began.TrySetResult();
            return release.Task;
        };
        Task<Answer> first = host.JsonAsync(HttpMethod.Post, Records, """{"value":{"type":"STRING","data":"first"}}""");
        await began.Task;
        Task<Answer>[] others = [.. Enumerable.Range(0, 50).Select(i => host.JsonAsync(HttpMethod.Post, Records, $$$"""{"value":{"type":"STRING","data":"{{{i}}}"}}"""))];
        while (host.Cluster.Topic("t").LookupCount < 51)
        {
            await Task.Yield();
        }
        Assert.DoesNotContain(others, other => other.IsCompleted);
        release.SetResult();
        Answer[] answers = await Task.WhenAll(others.Append(first));

        Assert.Equal(51, partition.Values.Count);
        Assert.InRange(partition.AppendCount, 2, 25);
        long[] offsets = [.. answers.SelectMany(Reports).Select(report => report.GetProperty("offset").GetInt64())];
        Assert.Equal(Enumerable.Range(0, 51).Select(i => (long)i), offsets.Order());
    }

    [Fact]
    public async Task A_record_that_the_topic_refuses_does_not_harm_those_gathered_with_it()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("cleanup.policy", "compact"));
        Answer answer = await host.JsonAsync(HttpMethod.Post, Records,
            """{"key":{"type":"STRING","data":"k"}}{"value":{"type":"STRING","data":"no key"}}{"key":{"type":"STRING","data":"l"}}""");
        Assert.Equal([200, 40002, 200], Codes(answer));
    }

    [Fact]
    public async Task Failures_of_the_log_are_told_by_their_code()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.AnswerAppend = _ => AppendReply.Refused(ErrorCode.KafkaStorageError, "The disk is full.");
        Assert.Equal([50003, 50003], Codes(await host.JsonAsync(HttpMethod.Post, Records, "{}{}")));
        partition.AnswerAppend = _ => throw new TimeoutException("Response did not arrive on time in 00:00:30 for message");
        Assert.Equal([50003], Codes(await host.JsonAsync(HttpMethod.Post, Records, "{}")));
        partition.AnswerAppend = _ => throw new InvalidOperationException("secret");
        Answer bug = await host.JsonAsync(HttpMethod.Post, Records, "{}");
        Assert.Equal([50002], Codes(bug));
        Assert.DoesNotContain("secret", bug.Body, StringComparison.Ordinal);
        partition.AnswerAppend = null;
        Assert.Equal([200], Codes(await host.JsonAsync(HttpMethod.Post, Records, "{}")));
    }

    [Fact]
    public async Task Records_over_the_limits_are_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("RequestBodyBytesMax", "5000"));
        host.Cluster.Create("t", 1, ("max.message.bytes", "1000"));
        string tooLarge = $$$"""{"value":{"type":"STRING","data":"{{{new string('x', 1000)}}}"}}""";
        string small = """{"value":{"type":"STRING","data":"x"}}""";
        Assert.Equal([413, 200], Codes(await host.JsonAsync(HttpMethod.Post, Records, tooLarge + small)));

        // Nothing can be read behind an object that is not read to its end.
        string endless = $$$"""{"value":{"type":"STRING","data":"{{{new string('x', 200_000)}}}"}}""";
        Assert.Equal([200, 413], Codes(await host.JsonAsync(HttpMethod.Post, Records, small + endless)));
    }

    [Theory]
    [InlineData("""{"value":{"type":"STRING","data":"a"}}  x""", new[] { 200, 400 })]
    [InlineData("""{"value":{"type":"STRING","data":"a"}}{"value":""", new[] { 200, 400 })]
    [InlineData("""[]""", new[] { 400 })]
    public async Task Where_no_record_begins_the_stream_ends(string body, int[] codes)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        Assert.Equal(codes, Codes(await host.JsonAsync(HttpMethod.Post, Records, body)));
    }

    [Fact]
    public async Task An_empty_body_is_422_and_a_topic_that_may_not_be_created_404()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(HttpMethod.Post, Records, "")).Confluent(422, 42206);
        (await host.JsonAsync(HttpMethod.Post, Records, " \n ")).Confluent(422, 42206);
        host.Cluster.AutoCreate = false;
        (await host.JsonAsync(HttpMethod.Post, $"{GatewayHost.V3Topics}/none/records", "{}")).Confluent(404, 40403);
        (await host.JsonAsync(HttpMethod.Post, $"/v3/clusters/other/topics/t/records", "{}")).Confluent(404, 404);
    }

    private static List<int> Codes(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return [.. Reports(answer).Select(report => report.GetProperty("error_code").GetInt32())];
    }

    private static List<JsonElement> Reports(Answer answer) =>
        [.. answer.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
