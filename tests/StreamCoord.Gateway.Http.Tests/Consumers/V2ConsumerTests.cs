using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Tests.Consumers;

/// <summary>Consumers of v2 over the wire, on a group and partitions in memory.</summary>
public sealed class V2ConsumerTests : IAsyncLifetime
{
    private const string Earliest = """{"format":"json","auto.offset.reset":"earliest","auto.commit.enable":"false"}""";
    private const string Topic = """{"topics":["t"]}""";
    private const string First = """{"partitions":[{"topic":"t","partition":0}]}""";
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private GatewayHost _host = null!;

    private FakeGroup Group => _host.Cluster.Group("g");

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_time);
        _host.Cluster.Create("t", 2);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_consumer_reads_what_its_group_gives_it_and_leaves()
    {
        Add(0, "1", "2");
        Add(1, "3");
        string consumer = await SubscribedAsync(Earliest);
        Assert.Equal("""{"topics":["t"]}""", (await _host.GetAsync($"{consumer}/subscription")).Body);
        Assert.Equal("""{"partitions":[{"topic":"t","partition":0},{"topic":"t","partition":1}]}""", (await _host.GetAsync($"{consumer}/assignments")).Body);

        Assert.Equal(["1", "2", "3"], (await _host.ReadAsync(consumer)).Order());
        Assert.Empty(await _host.ReadAsync(consumer, "?timeout=0"));
        Assert.Null(Group.Committed("t", 0));
        await _host.DoneAsync("POST", $"{consumer}/offsets");

        Assert.Equal((2, 1), (Group.Committed("t", 0), Group.Committed("t", 1)));
        await _host.DoneAsync("DELETE", consumer);
        Assert.Empty(Group.MemberIds);
        (await _host.V2Async("GET", $"{consumer}/records", accept: V2Client.Json)).V2(404, 40403);
    }

    [Fact]
    public async Task A_record_is_written_as_its_format_says()
    {
        Add(0, """{"a":1}""");
        string json = await AssignedAsync(Earliest);
        Assert.Equal("""[{"topic":"t","key":null,"value":{"a":1},"partition":0,"offset":0}]""", (await _host.V2Async("GET", $"{json}/records", accept: V2Client.Json)).Body);
        string binary = await AssignedAsync("""{"auto.offset.reset":"earliest"}""");
        Answer answer = await _host.V2Async("GET", $"{binary}/records");
        Assert.Equal((V2Client.Binary, """[{"topic":"t","key":null,"value":"eyJhIjoxfQ==","partition":0,"offset":0}]"""), (answer.ContentType, answer.Body));

        (await _host.V2Async("GET", $"{json}/records", accept: V2Client.Binary)).V2(406, 40601);
        (await _host.V2Async("GET", $"{binary}/records", accept: V2Client.Json)).V2(406, 40601);
        (await _host.V2Async("GET", $"{binary}/records", accept: "application/vnd.kafka.avro.v2+json")).V2(406, 40601);
    }

    [Fact]
    public async Task What_is_no_JSON_stops_a_consumer_of_JSON_where_it_stands()
    {
        Add(0, "1", "no json", "2");
        string consumer = await AssignedAsync(Earliest);
        Assert.Equal(["1"], await _host.ReadAsync(consumer));
        (await _host.V2Async("GET", $"{consumer}/records", accept: V2Client.Json)).V2(422, 42203);
        await _host.DoneAsync("POST", $"{consumer}/positions", """{"offsets":[{"topic":"t","partition":0,"offset":2}]}""");
        Assert.Equal(["2"], await _host.ReadAsync(consumer));
    }

    [Fact]
    public async Task An_answer_has_a_first_record_and_no_more_than_fit()
    {
        Add(0, "11111", "22222", "33333");
        string consumer = await AssignedAsync(Earliest);
        Assert.Equal(["11111"], await _host.ReadAsync(consumer, "?max_bytes=1"));
        Assert.Equal(["22222", "33333"], await _host.ReadAsync(consumer, "?max_bytes=10"));
        Assert.Equal(400, (await _host.V2Async("GET", $"{consumer}/records?max_bytes=x", accept: V2Client.Json)).Status);
        Assert.Equal(400, (await _host.V2Async("GET", $"{consumer}/records?timeout=x", accept: V2Client.Json)).Status);
    }

    [Fact]
    public async Task A_read_waits_for_records_that_come_later()
    {
        string consumer = await AssignedAsync(Earliest);
        Task<string[]> read = _host.ReadAsync(consumer, "?timeout=30000");
        Assert.False(read.IsCompleted);
        Add(0, "1");
        Assert.Equal(["1"], await read);
    }

    [Fact]
    public async Task A_read_of_nothing_ends_with_its_time()
    {
        string consumer = await AssignedAsync(Earliest);
        Task<string[]> read = _host.ReadAsync(consumer, "?timeout=5000");
        await AdvanceUntilAsync(read);
        Assert.Empty(await read);
    }

    [Fact]
    public async Task Without_a_committed_offset_reading_begins_where_the_consumer_says()
    {
        Add(0, "1");
        string latest = await AssignedAsync("""{"format":"json","auto.commit.enable":false}""");
        Assert.Empty(await _host.ReadAsync(latest, "?timeout=0"));
        Add(0, "2");
        Assert.Equal(["2"], await _host.ReadAsync(latest));
        string none = await AssignedAsync("""{"format":"json","auto.offset.reset":"none"}""");
        (await _host.V2Async("GET", $"{none}/records", accept: V2Client.Json)).V2(409, 40903);
        Group.Commit("t", 0, 1);
        Assert.Equal(["2"], await _host.ReadAsync(none));
    }

    [Fact]
    public async Task An_offset_that_is_gone_is_looked_for_anew()
    {
        Add(0, "1", "2", "3");
        _host.Cluster.Partition("t", 0).TrimTo(2);
        Group.Commit("t", 0, 1);
        Assert.Equal(["3"], await _host.ReadAsync(await AssignedAsync(Earliest)));
    }

    [Fact]
    public async Task Positions_are_moved()
    {
        Add(0, "1", "2", "3");
        string consumer = await AssignedAsync(Earliest);
        await _host.DoneAsync("POST", $"{consumer}/positions/end", First);
        Assert.Empty(await _host.ReadAsync(consumer, "?timeout=0"));
        await _host.DoneAsync("POST", $"{consumer}/positions/beginning", First);
        Assert.Equal(["1", "2", "3"], await _host.ReadAsync(consumer));
        await _host.DoneAsync("POST", $"{consumer}/positions", """{"offsets":[{"topic":"t","partition":0,"offset":1}]}""");
        Assert.Equal(["2", "3"], await _host.ReadAsync(consumer));

        (await _host.V2Async("POST", $"{consumer}/positions", """{"offsets":[{"topic":"t","partition":1,"offset":1}]}""")).V2(409, 40903);
        (await _host.V2Async("POST", $"{consumer}/positions/end", """{"partitions":[{"topic":"t","partition":7}]}""")).V2(404, 40402);
    }

    [Fact]
    public async Task Offsets_are_committed_by_name_and_read_back()
    {
        string consumer = await AssignedAsync(Earliest);
        await _host.DoneAsync("POST", $"{consumer}/offsets", """{"offsets":[{"topic":"t","partition":0,"offset":4,"metadata":"m"}]}""");
        Assert.Equal(5, Group.Committed("t", 0));
        Assert.Equal("""{"offsets":[{"topic":"t","partition":0,"offset":5,"metadata":"m"}]}""",
            (await _host.V2Async("GET", $"{consumer}/offsets", """{"partitions":[{"topic":"t","partition":0},{"topic":"t","partition":1}]}""")).Body);
    }

    [Fact]
    public async Task A_consumer_that_commits_itself_does_so_when_it_asks_for_more_and_when_it_ends()
    {
        Add(0, "1");
        string consumer = await SubscribedAsync("""{"format":"json","auto.offset.reset":"earliest"}""");
        Assert.Equal(["1"], await _host.ReadAsync(consumer));
        Assert.Null(Group.Committed("t", 0));
        Add(0, "2");
        Assert.Equal(["2"], await _host.ReadAsync(consumer));
        Assert.Equal(1, Group.Committed("t", 0));
        await _host.DoneAsync("DELETE", consumer);
        Assert.Equal(2, Group.Committed("t", 0));
        Assert.Equal(Group.Commits[^1].MemberId, Group.Commits[0].MemberId);
    }

    [Fact]
    public async Task Two_consumers_share_the_partitions_and_one_takes_over()
    {
        Add(0, "1");
        Add(1, "2");
        string first = await SubscribedAsync("""{"name":"one","format":"json","auto.offset.reset":"earliest"}""");
        Assert.Equal(["1", "2"], (await _host.ReadAsync(first)).Order());
        string second = await _host.ConsumerAsync("g", """{"name":"two","format":"json","auto.offset.reset":"earliest"}""");
        await _host.DoneAsync("POST", $"{second}/subscription", Topic);
        await AdvanceUntilAsync(async () => await PartitionsAsync(first) == 1 && await PartitionsAsync(second) == 1);

        Assert.Empty(await _host.ReadAsync(second, "?timeout=0"));
        Add(0, "3");
        Add(1, "4");
        Assert.Equal(["3", "4"], (string[])[.. (await _host.ReadAsync(first)).Concat(await _host.ReadAsync(second)).Order()]);
        await _host.DoneAsync("DELETE", first);
        await AdvanceUntilAsync(async () => await PartitionsAsync(second) == 2);
        Add(0, "5");
        Add(1, "6");
        Assert.Equal(["5", "6"], (await _host.ReadAsync(second)).Order());
    }

    [Fact]
    public async Task A_member_that_the_group_has_forgotten_joins_again_and_goes_on_from_what_is_committed()
    {
        Add(0, "1", "2");
        string consumer = await SubscribedAsync(Earliest);
        Assert.Equal(["1", "2"], await _host.ReadAsync(consumer));
        string member = Assert.Single(Group.MemberIds);
        Group.Commit("t", 0, 1);
        Group.Expel(member);
        await AdvanceUntilAsync(async () => Group.MemberIds.Count == 1 && Group.MemberIds[0] != member && await PartitionsAsync(consumer) == 2);
        Assert.Equal(["2"], await _host.ReadAsync(consumer));
    }

    [Fact]
    public async Task A_pattern_finds_topics_also_those_that_come_later()
    {
        _host.Cluster.Create("other");
        string consumer = await _host.ConsumerAsync("g", Earliest);
        await _host.DoneAsync("POST", $"{consumer}/subscription", """{"topic_pattern":"t.*"}""");
        await AdvanceUntilAsync(async () => await PartitionsAsync(consumer) == 2);
        _host.Cluster.Create("today", 3);
        await AdvanceUntilAsync(async () => await PartitionsAsync(consumer) == 5);
        Assert.Equal("""{"topics":["t","today"]}""", (await _host.GetAsync($"{consumer}/subscription")).Body);
        await _host.DoneAsync("DELETE", $"{consumer}/subscription");
        Assert.Empty(Group.MemberIds);
        Assert.Equal("""{"partitions":[]}""", (await _host.GetAsync($"{consumer}/assignments")).Body);
    }

    [Fact]
    public async Task A_consumer_that_nobody_uses_is_deleted()
    {
        string idle = await SubscribedAsync(Earliest);
        string used = await _host.ConsumerAsync("h", Earliest);
        for (int i = 0; i < 11; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await _host.DoneAsync("POST", $"{used}/assignments", First);
        }
        await Group.UntilAsync(group => group.MemberIds.Count == 0);
        (await _host.V2Async("GET", $"{idle}/records", accept: V2Client.Json)).V2(404, 40403);
        Assert.Equal(200, (await _host.GetAsync($"{used}/assignments")).Status);
    }

    [Fact]
    public async Task Ending_a_consumer_ends_a_read_that_waits()
    {
        string consumer = await AssignedAsync(Earliest);
        Task<Answer> read = _host.V2Async("GET", $"{consumer}/records?timeout=30000", accept: V2Client.Json);
        await _host.DoneAsync("DELETE", consumer);
        (await read).V2(404, 40403);
    }

    [Fact]
    public async Task Names_are_given_once_and_consumers_are_counted()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(_time, ("ConsumersMax", "2"));
        string consumer = await host.ConsumerAsync("g", """{"name":"n"}""");
        Assert.EndsWith("/consumers/g/instances/n", consumer, StringComparison.Ordinal);
        (await host.V2Async("POST", "/consumers/g", """{"name":"n"}""")).V2(409, 40902);
        await host.ConsumerAsync("h", """{"name":"n"}""");
        (await host.V2Async("POST", "/consumers/i")).V2(503, 50003);
        await host.DoneAsync("DELETE", consumer);
        await host.ConsumerAsync("i", "");
    }

    [Fact]
    public async Task A_consumer_is_found_at_the_silo_that_created_it()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(_time, ("AdvertisedEndpoint", "silo-3.example:81"));
        Assert.Equal("http://silo-3.example:81/consumers/g%2Fh/instances/n", (await host.V2Async("POST", "/consumers/g%2Fh", """{"name":"n"}""")).Json.GetProperty("base_uri").GetString());
        (await host.V2Async("GET", "/consumers/g%2Fh/instances/n/records")).V2(409, 40903);
    }

    [Fact]
    public async Task The_memory_of_all_reads_is_bounded()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(_time, ("ConsumerMemoryBytesMax", "1024"));
        host.Cluster.Create("t");
        string consumer = await host.ConsumerAsync("g", Earliest);
        await host.DoneAsync("POST", $"{consumer}/assignments", First);
        (await host.V2Async("GET", $"{consumer}/records", accept: V2Client.Json)).V2(503, 50003);
        Assert.Empty(await host.ReadAsync(consumer, "?max_bytes=1024&timeout=0"));
        Assert.Empty(await host.ReadAsync(consumer, "?max_bytes=1024&timeout=0"));
    }

    [Theory]
    [InlineData("""{"format":"avro"}""", 42204)]
    [InlineData("""{"format":"xml"}""", 42204)]
    [InlineData("""{"auto.offset.reset":"middle"}""", 42204)]
    [InlineData("""{"auto.commit.enable":"perhaps"}""", 42204)]
    [InlineData("""{"consumer.request.timeout.ms":"-1"}""", 42204)]
    [InlineData("""{"fetch.min.bytes":0}""", 42204)]
    [InlineData("""{"name":"a/b"}""", 42204)]
    [InlineData("""{"name":5}""", 400)]
    public async Task Configurations_that_make_no_sense_are_refused(string body, int errorCode) =>
        (await _host.V2Async("POST", "/consumers/g", body)).V2(errorCode == 400 ? 400 : 422, errorCode);

    [Theory]
    [InlineData("GET", "/records", null, 409, 40903)]
    [InlineData("POST", "/subscription", null, 422, 42206)]
    [InlineData("POST", "/subscription", "{}", 409, 40903)]
    [InlineData("POST", "/subscription", """{"topics":["t"],"topic_pattern":"t"}""", 409, 40903)]
    [InlineData("POST", "/subscription", """{"topics":[]}""", 422, 42206)]
    [InlineData("POST", "/subscription", """{"topics":["no name"]}""", 422, 42206)]
    [InlineData("POST", "/subscription", """{"topics":[null]}""", 422, 42206)]
    [InlineData("POST", "/subscription", """{"topics":["a","b","c","d"]}""", 422, 42206)]
    [InlineData("POST", "/subscription", """{"topic_pattern":"("}""", 422, 42206)]
    [InlineData("POST", "/subscription", """{"topics":["__znodes"]}""", 403, 40301)]
    [InlineData("POST", "/assignments", """{"partitions":[{"topic":"__znodes","partition":0}]}""", 403, 40301)]
    [InlineData("POST", "/assignments", "{}", 422, 42206)]
    [InlineData("POST", "/assignments", """{"partitions":[{"topic":"t"}]}""", 422, 42206)]
    [InlineData("POST", "/assignments", """{"partitions":[null]}""", 422, 42206)]
    [InlineData("POST", "/assignments", "{", 400, 400)]
    [InlineData("POST", "/positions", """{"offsets":[{"topic":"t","partition":0,"offset":-1}]}""", 422, 42206)]
    [InlineData("POST", "/positions", """{"offsets":[{"topic":"t","partition":0,"offset":1}]}""", 409, 40903)]
    [InlineData("POST", "/offsets", """{"offsets":[{"topic":"t","partition":0}]}""", 422, 42206)]
    [InlineData("GET", "/offsets", null, 422, 42206)]
    public async Task What_a_consumer_cannot_do_has_its_number(string method, string path, string? body, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(_time, ("ConsumerPartitionsMax", "3"));
        string consumer = await host.ConsumerAsync("g");
        (await host.V2Async(method, consumer + path, body)).V2(status, errorCode);
    }

    [Theory]
    [InlineData("GET", "/records")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/subscription")]
    [InlineData("GET", "/subscription")]
    [InlineData("DELETE", "/subscription")]
    [InlineData("POST", "/assignments")]
    [InlineData("GET", "/assignments")]
    [InlineData("POST", "/positions")]
    [InlineData("POST", "/positions/beginning")]
    [InlineData("POST", "/positions/end")]
    [InlineData("POST", "/offsets")]
    [InlineData("GET", "/offsets")]
    public async Task A_consumer_that_is_not_there_is_40403(string method, string path) =>
        (await _host.V2Async(method, $"/consumers/g/instances/none{path}", "{}")).V2(404, 40403);

    [Fact]
    public async Task Subscription_and_assignment_exclude_each_other()
    {
        string subscribed = await SubscribedAsync(Earliest);
        (await _host.V2Async("POST", $"{subscribed}/assignments", First)).V2(409, 40903);
        (await _host.V2Async("POST", $"{subscribed}/subscription", """{"topic_pattern":"t"}""")).V2(409, 40903);
        string assigned = await AssignedAsync(Earliest);
        (await _host.V2Async("POST", $"{assigned}/subscription", Topic)).V2(409, 40903);
    }

    [Fact]
    public async Task A_group_that_does_not_take_the_consumer_is_reported_by_its_reads()
    {
        Group.JoinError = ErrorCode.InconsistentGroupProtocol;
        string consumer = await _host.ConsumerAsync("g", Earliest);
        await _host.DoneAsync("POST", $"{consumer}/subscription", Topic);
        Task<Answer> read = _host.V2Async("GET", $"{consumer}/records?timeout=30000", accept: V2Client.Json);
        (await read).V2(409, 40903);
        Group.JoinError = ErrorCode.None;
        await AdvanceUntilAsync(async () => await PartitionsAsync(consumer) == 2);
        Assert.Empty(await _host.ReadAsync(consumer, "?timeout=0"));
    }

    [Fact]
    public async Task Damage_is_reported_with_the_place_to_go_on()
    {
        _host.Cluster.Partition("t", 0).AnswerFetch = _ => new FetchReply(ErrorCode.CorruptMessage, "Damaged.", RecordData.Empty, new Offset(9), Offset.Zero, new Offset(7));
        string consumer = await AssignedAsync(Earliest);
        Assert.Contains("offset 7", (await _host.V2Async("GET", $"{consumer}/records", accept: V2Client.Json)).V2(500, 50002), StringComparison.Ordinal);
    }

    private void Add(int partition, params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (string value in values)
        {
            builder.Append(1, NullableBytes.Null, System.Text.Encoding.UTF8.GetBytes(value));
        }
        using RecordData data = builder.Build();
        _host.Cluster.Partition("t", partition).AddBatch(data.Bytes.ToArray());
    }

    private async Task<string> SubscribedAsync(string config)
    {
        string consumer = await _host.ConsumerAsync("g", config);
        await _host.DoneAsync("POST", $"{consumer}/subscription", Topic);
        await AdvanceUntilAsync(async () => await PartitionsAsync(consumer) == 2);
        return consumer;
    }

    private async Task<string> AssignedAsync(string config)
    {
        string consumer = await _host.ConsumerAsync("g", config);
        await _host.DoneAsync("POST", $"{consumer}/assignments", First);
        return consumer;
    }

    private async Task<int> PartitionsAsync(string consumer) => (await _host.GetAsync($"{consumer}/assignments")).Json.GetProperty("partitions") is { ValueKind: JsonValueKind.Array } partitions
        ? partitions.GetArrayLength()
        : -1;

    /// <summary>Lets the consumers' time pass, a little less than a heartbeat at a time, until something is so.</summary>
    private async Task AdvanceUntilAsync(Func<Task<bool>> isSo)
    {
        for (int i = 0; !await isSo(); i++)
        {
            Assert.True(i < 2_000, "It never came to be.");
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    private Task AdvanceUntilAsync(Task done) => AdvanceUntilAsync(async () =>
    {
        await Task.Yield();
        return done.IsCompleted || (await _host.GetAsync("/brokers")).Status != 200;
    });
}
