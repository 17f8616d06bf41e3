using System.Text.Json;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class RecordPageTests
{
    [Fact]
    public async Task A_page_shows_text_base64_null_and_headers()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        using var builder = new RecordBatchBuilder { Codec = CompressionCodec.Zstd };
        builder.Append(1_700_000_000_000, "ключ"u8, "line \"1\"\n"u8, [new RecordHeader("h", new byte[] { 1, 2 }), new RecordHeader("n", null)]);
        builder.Append(1_700_000_000_001, new byte[] { 0xff }, new byte[] { 0xfe, 0x00 });
        builder.Append(1_700_000_000_002, NullableBytes.Null, NullableBytes.Null);
        builder.Append(1_700_000_000_003, ""u8, ""u8);
        using RecordData data = builder.Build();
        host.Cluster.Partition("t", 0).AddBatch(data.Bytes.ToArray());

        Answer answer = await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0");

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        Assert.Equal(
            """{"records":[""" +
            """{"partition":0,"offset":0,"timestamp":1700000000000,"key":"ключ","value":"line \"1\"\n","headers":[{"name":"h","value_base64":"AQI="},{"name":"n","value_base64":null}]},""" +
            """{"partition":0,"offset":1,"timestamp":1700000000001,"key_base64":"/w==","value_base64":"/gA=","headers":[]},""" +
            """{"partition":0,"offset":2,"timestamp":1700000000002,"key":null,"value":null,"headers":[]},""" +
            """{"partition":0,"offset":3,"timestamp":1700000000003,"key":"","value":"","headers":[]}""" +
            """],"next_offset":4,"high_watermark":4}""", answer.Body);
    }

    [Fact]
    public async Task Pages_begin_at_the_offset_asked_for_and_lead_to_the_end()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2);
        host.Cluster.Partition("t", 1).Add("a", "b", "c");
        host.Cluster.Partition("t", 1).Add("d", "e");

        Assert.Equal("b,c,d,e;5;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=1")));
        Assert.Equal("b,c;3;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=1&max_bytes=1")));
        Assert.Equal("d,e;5;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=3&max_bytes=1")));
        Assert.Equal("a,b,c,d,e;5;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=earliest")));
        Assert.Equal(";5;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=latest")));
        Assert.Equal(";5;5", Brief(await host.GetAsync("/v1/topics/t/partitions/1/records?offset=5")));
        Assert.Equal(";0;0", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records")));
    }

    [Fact]
    public async Task Records_at_or_behind_the_high_watermark_are_left_out()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = Filled(host, "a", "b", "c");
        FetchReply whole = await partition.Fetch(new FetchRequest(Offset.Zero, 1000, 0));
        partition.AnswerFetch = _ => whole with { Data = new RecordData(whole.Data.Bytes.ToArray()), HighWatermark = new Offset(2) };
        Assert.Equal("a,b;2;2", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")));
    }

    [Fact]
    public async Task Markers_are_passed_over()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = Filled(host, "a");
        using var builder = new RecordBatchBuilder { IsControl = true, IsTransactional = true, ProducerId = 1, ProducerEpoch = 0 };
        builder.Append(0, new byte[] { 0, 0, 0, 1 }, new byte[] { 0, 0, 0, 0, 0, 0 });
        using RecordData data = builder.Build();
        partition.AddBatch(data.Bytes.ToArray());
        Assert.Equal("a;2;2", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")));
        Assert.Equal(";2;2", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records?offset=1")));
    }

    [Fact]
    public async Task A_page_waits_for_the_first_record()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = Filled(host);
        Task<Answer> waiting = host.GetAsync("/v1/topics/t/partitions/0/records?offset=0&max_wait_ms=30000");
        partition.Add("late");
        Assert.Equal("late;1;1", Brief(await waiting));
    }

    [Fact]
    public async Task An_offset_out_of_range_answers_with_the_valid_range()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Filled(host, "a", "b", "c").TrimTo(1);
        foreach (int offset in new[] { 0, 4 })
        {
            JsonElement problem = (await host.GetAsync($"/v1/topics/t/partitions/0/records?offset={offset}")).Problem(416, "OFFSET_OUT_OF_RANGE");
            Assert.Equal((1, 3), (problem.GetProperty("log_start_offset").GetInt32(), problem.GetProperty("high_watermark").GetInt32()));
        }
        Assert.Equal("b,c;3;3", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records?offset=earliest")));
    }

    [Fact]
    public async Task The_oldest_record_may_be_deleted_between_the_question_where_it_is_and_the_read()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = Filled(host, "a", "b", "c");
        partition.AnswerFetch = request =>
            request.From == Offset.Zero ? new FetchReply(ErrorCode.OffsetOutOfRange, "Deleted meanwhile.", RecordData.Empty, new Offset(3), new Offset(1), Offset.None) : null;
        Assert.Equal("b,c;3;3", Brief(await host.GetAsync("/v1/topics/t/partitions/0/records?offset=earliest")));
        (await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")).Problem(416, "OFFSET_OUT_OF_RANGE");
    }

    [Theory]
    [InlineData("/v1/topics/t/partitions/0/records?offset=-1", "offset")]
    [InlineData("/v1/topics/t/partitions/0/records?offset=abc", "offset")]
    [InlineData("/v1/topics/t/partitions/0/records?offset=9999999999999999999", "offset")]
    [InlineData("/v1/topics/t/partitions/0/records?offset=0&offset=1", "offset")]
    [InlineData("/v1/topics/t/partitions/0/records?max_bytes=0", "max_bytes")]
    [InlineData("/v1/topics/t/partitions/0/records?max_bytes=16777217", "max_bytes")]
    [InlineData("/v1/topics/t/partitions/0/records?max_wait_ms=30001", "max_wait_ms")]
    [InlineData("/v1/topics/t/partitions/0/records?max_wait_ms=-1", "max_wait_ms")]
    [InlineData("/v1/topics/t/partitions/x/records", "partition")]
    [InlineData("/v1/topics/t/partitions/-1/records", "partition")]
    [InlineData("/v1/topics/t/partitions/99999999999/records", "partition")]
    public async Task A_bad_parameter_is_named(string path, string name)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Filled(host);
        Assert.Contains(name, (await host.GetAsync(path)).Problem(400, "INVALID_REQUEST").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/topics/none/partitions/0/records")]
    [InlineData("/v1/topics/t/partitions/1/records")]
    [InlineData("/v1/topics/t/partitions/1/records?offset=0")]
    public async Task An_unknown_topic_or_partition_is_404(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Filled(host);
        (await host.GetAsync(path)).Problem(404, "UNKNOWN_TOPIC_OR_PARTITION");
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("...%C3%A4")]
    public async Task An_illegal_topic_name_is_400(string name)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.GetAsync($"/v1/topics/{name}/partitions/0/records")).Problem(400, "INVALID_TOPIC_EXCEPTION");
        (await host.GetAsync($"/v1/topics/{new string('a', 250)}/partitions/0/records")).Problem(400, "INVALID_TOPIC_EXCEPTION");
    }

    [Fact]
    public async Task Damage_is_reported_and_nothing_of_it_shown()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        FakePartition partition = Filled(host, "a", "b");
        FetchReply whole = await partition.Fetch(new FetchRequest(Offset.Zero, 1000, 0));
        partition.AnswerFetch = _ =>
        {
            byte[] damaged = whole.Data.Bytes.ToArray();
            damaged[^1] ^= 1;
            return whole with { Data = new RecordData(damaged) };
        };
        (await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")).Problem(500, "CORRUPT_MESSAGE");

        partition.AnswerFetch = _ => new FetchReply(ErrorCode.CorruptMessage, "Offsets 0 to 6 are damaged.", RecordData.Empty, new Offset(9), Offset.Zero, new Offset(7));
        JsonElement problem = (await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")).Problem(500, "CORRUPT_MESSAGE");
        Assert.Equal(7, problem.GetProperty("skip_to").GetInt32());
    }

    private static FakePartition Filled(GatewayHost host, params string[] values)
    {
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        if (values.Length > 0)
        {
            partition.Add(values);
        }
        return partition;
    }

    private static string Brief(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        IEnumerable<string?> values = answer.Json.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("value").GetString());
        return $"{string.Join(',', values)};{answer.Json.GetProperty("next_offset")};{answer.Json.GetProperty("high_watermark")}";
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    [InlineData(ErrorCode.OffsetNotAvailable)]
    public async Task A_page_waits_for_a_partition_that_changes_its_leader(ErrorCode error)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.Add("a");
        int failures = 0;
        partition.AnswerFetch = _ => failures++ switch
        {
            0 => throw new SiloUnavailableException("S127.0.0.1:11111:1"),
            1 => new FetchReply(error, "Moved.", RecordData.Empty, Offset.None, Offset.None, Offset.None),
            _ => null,
        };

        Assert.Equal(200, (await host.GetAsync("/v1/topics/t/partitions/0/records?offset=0")).Status);
    }
}
