using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CsCheck;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class RecordImportTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r\n", "a\r|b\r")]
    [InlineData("\n", "")]
    [InlineData("\n\n", "|")]
    [InlineData("a\n\n\nb\n", "a|||b")]
    [InlineData("a\rb\n", "a\rb")]
    [InlineData("\r", "\r")]
    public async Task Lines_end_at_LF_and_keep_CR(string body, string values)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = await host.ImportAsync("t", body);
        string[] expected = body.Length == 0 ? [] : values.Split('|');

        Assert.Equal(200, answer.Status);
        Assert.Equal(expected, host.Cluster.Partition("t", 0).Values);
        Assert.Equal(expected.Length, answer.Json.GetProperty("records").GetInt32());
    }

    [Fact]
    public async Task The_answer_counts_records_and_offsets_and_the_topic_is_there()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal("""{"records":0,"partitions":[]}""", (await host.ImportAsync("lines", "")).Body);
        Assert.True(host.Cluster.Topic("lines").Exists);
        host.Cluster.Partition("lines", 0).Add("before");
        Answer answer = await host.ImportAsync("lines", "a\nb\nc\n");
        Assert.Equal("""{"records":3,"partitions":[{"partition":0,"first_offset":1,"last_offset":3}]}""", answer.Body);
    }

    [Fact]
    public async Task Any_bytes_come_back_as_they_were_however_they_arrive()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        int run = 0;
        await Gen.Select(Gen.Byte[8, 14].Array[0, 5000], Gen.Int[1, 700]).SampleAsync(
            async (bytes, chunkBytes) =>
            {
                string topic = $"t{Interlocked.Increment(ref run)}";
                Answer answer = await host.SendAsync(HttpMethod.Post, $"/v1/topics/{topic}/records:import", new StreamContent(new ChunkedStream(bytes, chunkBytes)));
                byte[] lines = [.. host.Cluster.Partition(topic, 0).Records().SelectMany(record => (byte[])[.. record.Value!, (byte)'\n'])];
                byte[] expected = bytes.Length == 0 || bytes[^1] == '\n' ? bytes : [.. bytes, (byte)'\n'];
                return answer.Status == 200 && lines.SequenceEqual(expected);
            },
            iter: 100, threads: 2);
    }

    [Fact]
    public async Task Many_lines_keep_their_order_in_batches_of_about_512_KiB_one_append_at_a_time()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.BeforeAppend = async () => await Task.Yield();
        string[] lines = [.. Enumerable.Range(0, 60_000).Select(i => $"line {i} {new string('x', i % 100)}")];
        Answer answer = await host.ImportAsync("t", string.Join('\n', lines));

        Assert.Equal(60_000, answer.Json.GetProperty("records").GetInt32());
        Assert.Equal(lines, partition.Values);
        Assert.Equal(1, partition.AppendsAtOnceMax);
        Assert.All(partition.BatchSizes, size => Assert.InRange(size, 1, 512 * 1024));
        Assert.All(partition.BatchSizes.SkipLast(1), size => Assert.InRange(size, 500 * 1024, 512 * 1024));
    }

    [Fact]
    public async Task The_next_batch_is_built_while_the_last_one_is_appended()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = host.Cluster.Partition("t", 0);
        var secondHalfSent = new TaskCompletionSource();
        partition.BeforeAppend = () => secondHalfSent.Task;
        byte[] half = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{new string('x', 99)}\n", 6000)));

        // The body ends only once its second half was taken, which the held-back append of the first must not prevent.
        Answer answer = await host.SendAsync(HttpMethod.Post, "/v1/topics/t/records:import", new StreamContent(
            new ChunkedStream([.. half, .. half[..300_000]], 50_000) { AtEnd = () => secondHalfSent.TrySetResult() }));
        Assert.Equal(9000, answer.Json.GetProperty("records").GetInt32());
    }

    [Fact]
    public async Task Lines_without_a_key_go_batch_by_batch_over_the_partitions()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 3);
        string body = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:d8}{new string('x', 91)}\n"));
        Answer answer = await host.ImportAsync("t", body);
        Assert.Equal(40_000, answer.Json.GetProperty("records").GetInt32());
        Assert.Equal([0, 1, 2], answer.Json.GetProperty("partitions").EnumerateArray().Select(p => p.GetProperty("partition").GetInt32()));
        for (int p = 0; p < 3; p++)
        {
            List<string> values = host.Cluster.Partition("t", p).Values;
            Assert.True(values.Count > 5000);
            Assert.Equal(values.Order(StringComparer.Ordinal), values);
        }
    }

    [Fact]
    public async Task Json_lines_are_whole_records()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2);
        Answer answer = await host.ImportAsync("t",
            """
            {"key":"k\u00e4","value":"v\n","timestamp":1700000000000,"partition":1,"headers":[{"name":"h","value":"x"},{"name":"b","value_base64":"/w=="},{"name":"n"}]}

            {"key_base64":"/w==","value_base64":"AAE=","partition":1,"offset":5}
            {"value":null,"partition":1}
            {"partition":1}
            """.ReplaceLineEndings("\r\n"), "application/x-ndjson; charset=utf-8");
        Assert.Equal((200, 4), (answer.Status, answer.Json.GetProperty("records").GetInt32()));

        var records = host.Cluster.Partition("t", 1).Records();
        Assert.Equal(["kä", null], [Text(records[0].Key), Text(records[2].Key)]);
        Assert.Equal(["v\n", null, null], [Text(records[0].Value), Text(records[2].Value), Text(records[3].Value)]);
        Assert.Equal([0xff], records[1].Key);
        Assert.Equal([0, 1], records[1].Value);
        Assert.Equal(1_700_000_000_000, records[0].TimestampMs);
        Assert.Equal(["h=78", "b=FF", "n=null"], records[0].Headers.Select(h => $"{h.Item1}={(h.Item2 is null ? "null" : Convert.ToHexString(h.Item2))}"));
    }

    [Fact]
    public async Task Json_lines_go_to_the_partition_of_their_key_in_order()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 5);
        string body = string.Concat(Enumerable.Range(0, 50_000).Select(i => $$"""{"key":"k{{i % 97}}","value":"{{i:d6}}{{new string('x', 60)}}"}""" + "\n"));
        Answer answer = await host.ImportAsync("t", body, "application/x-ndjson");
        Assert.Equal(50_000, answer.Json.GetProperty("records").GetInt32());
        for (int p = 0; p < 5; p++)
        {
            FakePartition partition = host.Cluster.Partition("t", p);
            Assert.All(partition.Records(), record => Assert.Equal(p, StreamCoord.Records.Partitioner.ForKey(record.Key, 5)));
            Assert.Equal(partition.Values.Order(StringComparer.Ordinal), partition.Values);
            Assert.Equal(1, partition.AppendsAtOnceMax);
        }
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{\"value\":\"a\"} {}", "JSON")]
    [InlineData("{\"value\":1}", "'value'")]
    [InlineData("{\"value\":\"a\",\"value_base64\":\"YQ==\"}", "value_base64")]
    [InlineData("{\"value_base64\":\"*\"}", "base64")]
    [InlineData("{\"timestamp\":\"now\"}", "'timestamp'")]
    [InlineData("{\"timestamp\":1.5}", "'timestamp'")]
    [InlineData("{\"partition\":-1}", "'partition'")]
    [InlineData("{\"partition\":1}", "partition 1")]
    [InlineData("{\"vlaue\":\"a\"}", "'vlaue'")]
    [InlineData("{\"headers\":{}}", "'headers'")]
    [InlineData("{\"headers\":[1]}", "'headers'")]
    [InlineData("{\"headers\":[{\"value\":\"a\"}]}", "'name'")]
    [InlineData("{\"value\":\"\\ud800\"}", "UTF")]
    public async Task A_line_that_is_no_record_is_named(string line, string reason)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement problem = (await host.ImportAsync("t", $"{{}}\n{line}\n{{}}\n", "application/x-ndjson")).Problem(400, "INVALID_REQUEST");
        Assert.Equal((2, 0), (problem.GetProperty("line").GetInt32(), problem.GetProperty("imported").GetInt32()));
        Assert.Contains("Line 2:", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Cluster.Partition("t", 0).Values);
    }

    [Fact]
    public async Task A_line_over_the_limit_is_413_with_its_number_and_what_is_durable_is_counted()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("max.message.bytes", "1000"));
        string[] lines = [.. Enumerable.Range(0, 100).Select(i => $"{i:d3}{new string('x', 97)}")];
        JsonElement problem = (await host.ImportAsync("t", $"{string.Join('\n', lines)}\n{new string('y', 950)}\nz\n")).Problem(413, "MESSAGE_TOO_LARGE");
        Assert.Equal(101, problem.GetProperty("line").GetInt32());
        int imported = problem.GetProperty("imported").GetInt32();
        Assert.InRange(imported, 80, 100);
        Assert.Equal(lines[..imported], host.Cluster.Partition("t", 0).Values);

        Assert.Equal(200, (await host.ImportAsync("t", new string('y', 890))).Status);
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused_before_it_fills_the_memory()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("RequestBodyBytesMax", "100000"));
        host.Cluster.Create("t", 1, ("max.message.bytes", "2000000000"));
        JsonElement problem = (await host.ImportAsync("t", $"a\n{new string('y', 300_000)}")).Problem(413, "MESSAGE_TOO_LARGE");
        Assert.Equal(2, problem.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task A_refused_append_ends_the_import_and_what_is_durable_is_counted()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = host.Cluster.Partition("t", 0);
        int appends = 0;
        partition.AnswerAppend = _ => ++appends < 3 ? null : AppendReply.Refused(ErrorCode.KafkaStorageError, "The disk is full.");
        Answer answer = await host.ImportAsync("t", string.Concat(Enumerable.Repeat($"{new string('x', 99)}\n", 50_000)));
        JsonElement problem = answer.Problem(507, "KAFKA_STORAGE_ERROR");
        Assert.True(answer.HasRetryAfter);
        Assert.Equal(partition.Values.Count, problem.GetProperty("imported").GetInt32());
        Assert.True(partition.Values.Count > 5000);
        Assert.Equal(3, appends);
    }

    [Fact]
    public async Task A_compacted_topic_refuses_lines_without_a_key()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("cleanup.policy", "compact"));
        (await host.ImportAsync("t", "a\n")).Problem(400, "INVALID_RECORD");
        Assert.Equal(200, (await host.ImportAsync("t", """{"key":"k"}""", "application/x-ndjson")).Status);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_never_taken_for_complete()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync("PUT /v1/topics/t/records:import HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na\nhalf a li"u8.ToArray(), TestContext.Current.CancellationToken);
        socket.Client.Shutdown(SocketShutdown.Send);
        Assert.DoesNotContain("200 OK", await ReadUntilClosedAsync(stream), StringComparison.Ordinal);
        Assert.Empty(host.Cluster.Partition("t", 0).Values);
    }

    [Fact]
    public async Task A_topic_that_may_not_be_created_is_404_and_an_illegal_name_400()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.AutoCreate = false;
        (await host.ImportAsync("none", "a")).Problem(404, "UNKNOWN_TOPIC_OR_PARTITION");
        (await host.ImportAsync("a%3Ab", "a")).Problem(400, "INVALID_TOPIC_EXCEPTION");
    }

    private static async Task<string> ReadUntilClosedAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    /// <summary>Gives bytes out in pieces.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunkBytes) : MemoryStream(bytes)
    {
        public Action? AtEnd { get; init; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                AtEnd?.Invoke();
            }
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, chunkBytes)], cancellationToken);
        }
    }
}
