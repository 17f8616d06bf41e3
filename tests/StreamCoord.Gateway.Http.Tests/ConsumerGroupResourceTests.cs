using System.Text.Json;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class ConsumerGroupResourceTests : IAsyncLifetime
{
    private const string Groups = $"/v3/clusters/{GatewayHost.ClusterId}/consumer-groups";
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.Cluster.Create("t", 2);
        _host.Cluster.Partition("t", 0).Add("a", "b", "c");
        FakeGroup group = _host.Cluster.Group("g/1");
        JoinGroupReply id = await group.Join(Join(""));
        JoinGroupReply joined = await group.Join(Join(id.MemberId));
        await group.Sync(new SyncGroupRequest(joined.GenerationId, joined.MemberId, null, "consumer", "range",
            [new MemberAssignment(joined.MemberId, ConsumerProtocol.WriteAssignment([new TopicPartition("t", 0)]))]));
        group.Commit("t", 0, 1);
        group.Commit("t", 1, 0);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Groups_are_listed_and_described()
    {
        JsonElement group = (await _host.GetAsync($"{Groups}/g%2F1")).Json;

        Assert.Equal(group.GetRawText(), (await _host.GetAsync(Groups)).Json.GetProperty("data")[0].GetRawText());
        Assert.Equal(["kind", "metadata", "cluster_id", "consumer_group_id", "is_simple", "partition_assignor", "state", "type", "coordinator", "consumers", "lag_summary"],
            group.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("KafkaConsumerGroup", "g/1", false, "range", "STABLE", "CLASSIC"), (group.GetProperty("kind").GetString(), group.GetProperty("consumer_group_id").GetString(),
            group.GetProperty("is_simple").GetBoolean(), group.GetProperty("partition_assignor").GetString(), group.GetProperty("state").GetString(), group.GetProperty("type").GetString()));
        Assert.Equal(200, (await _host.GetAsync(group.GetProperty("consumers").GetProperty("related").GetString()!)).Status);
        Assert.Equal(200, (await _host.GetAsync(group.GetProperty("coordinator").GetProperty("related").GetString()!)).Status);
        (await _host.GetAsync($"{Groups}/none")).Confluent(404, 404);
    }

    [Fact]
    public async Task Members_and_what_they_read_are_described()
    {
        JsonElement consumer = (await _host.GetAsync($"{Groups}/g%2F1/consumers")).Json.GetProperty("data")[0];
        Assert.Equal(("KafkaConsumer", "client"), (consumer.GetProperty("kind").GetString(), consumer.GetProperty("client_id").GetString()));
        string self = consumer.GetProperty("metadata").GetProperty("self").GetString()!;
        Assert.Equal(consumer.GetRawText(), (await _host.GetAsync(self)).Body);

        JsonElement assignment = (await _host.GetAsync(consumer.GetProperty("assignments").GetProperty("related").GetString()!)).Json.GetProperty("data")[0];

        Assert.Equal(("KafkaConsumerAssignment", "t", 0), (assignment.GetProperty("kind").GetString(), assignment.GetProperty("topic_name").GetString(), assignment.GetProperty("partition_id").GetInt32()));
        Assert.Equal(assignment.GetRawText(), (await _host.GetAsync(assignment.GetProperty("metadata").GetProperty("self").GetString()!)).Body);
        foreach (string link in new[] { "partition", "lag" })
        {
            Assert.Equal(200, (await _host.GetAsync(assignment.GetProperty(link).GetProperty("related").GetString()!)).Status);
        }
        (await _host.GetAsync($"{self}/assignments/t/partitions/1")).Confluent(404, 404);
        (await _host.GetAsync($"{Groups}/g%2F1/consumers/none")).Confluent(404, 404);
        (await _host.GetAsync($"{Groups}/none/consumers")).Confluent(404, 404);
    }

    [Fact]
    public async Task Lags_are_counted_from_what_is_committed()
    {
        JsonElement[] lags = [.. (await _host.GetAsync($"{Groups}/g%2F1/lags")).Json.GetProperty("data").EnumerateArray()];
        Assert.Equal([(0, 1L, 3L, 2L), (1, 0L, 0L, 0L)], lags.Select(lag => (lag.GetProperty("partition_id").GetInt32(), lag.GetProperty("current_offset").GetInt64(),
            lag.GetProperty("log_end_offset").GetInt64(), lag.GetProperty("lag").GetInt64())));
        Assert.Equal(["client", ""], lags.Select(lag => lag.GetProperty("client_id").GetString()));
        Assert.Equal(lags[1].GetRawText(), (await _host.GetAsync($"{Groups}/g%2F1/lags/t/partitions/1")).Body);

        JsonElement summary = (await _host.GetAsync($"{Groups}/g%2F1/lag-summary")).Json;

        Assert.Equal(("KafkaConsumerGroupLagSummary", 2, 2, 0, "client"), (summary.GetProperty("kind").GetString(), summary.GetProperty("max_lag").GetInt64(),
            summary.GetProperty("total_lag").GetInt64(), summary.GetProperty("max_lag_partition_id").GetInt32(), summary.GetProperty("max_lag_client_id").GetString()));
        (await _host.GetAsync($"{Groups}/g%2F1/lags/t/partitions/5")).Confluent(404, 404);
        (await _host.GetAsync($"{Groups}/none/lags")).Confluent(404, 404);
        (await _host.GetAsync($"{Groups}/none/lag-summary")).Confluent(404, 404);
    }

    [Fact]
    public async Task A_group_of_the_newer_protocol_is_shown_alike()
    {
        var topic = TopicId.NewId();
        _host.Cluster.Group("new").Consumers = new ConsumerGroupDescription
        {
            GroupId = "new",
            State = GroupState.Reconciling,
            Assignor = "uniform",
            TopicNames = new Dictionary<TopicId, string> { [topic] = "t" },
            Members =
            [
                new DescribedConsumer
                {
                    MemberId = "m", Epoch = new GroupEpoch(1), ClientId = "c", ClientHost = "/h", TopicNames = ["t"],
                    Assignment = [new TopicPartitions(topic, [1]), new TopicPartitions(TopicId.NewId(), [0])], Target = [],
                },
            ],
        };

        JsonElement group = (await _host.GetAsync($"{Groups}/new")).Json;

        Assert.Equal(("RECONCILING", "CONSUMER", "uniform"), (group.GetProperty("state").GetString(), group.GetProperty("type").GetString(), group.GetProperty("partition_assignor").GetString()));
        JsonElement assignments = (await _host.GetAsync($"{Groups}/new/consumers/m/assignments")).Json.GetProperty("data");
        Assert.Equal([1], assignments.EnumerateArray().Select(assignment => assignment.GetProperty("partition_id").GetInt32()));
        (await _host.GetAsync($"{Groups}/new/lag-summary")).Confluent(404, 404);
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"offsets":[]}""", 400)]
    [InlineData("""{"offsets":[{"topic":"t","partition":0}]}""", 400)]
    [InlineData("""{"offsets":[{"topic":"t","partition":0,"offset":-1}]}""", 400)]
    [InlineData("""{"offsets":[{"topic":"t","partition":-1,"offset":0}]}""", 400)]
    [InlineData("""{"offsets":[{"topic":"t","partition":0,"offset":2}]}""", 204)]
    public async Task Offsets_of_a_group_are_set_when_they_are_whole(string body, int status)
    {
        Answer answer = await _host.JsonAsync(HttpMethod.Post, "/v1/groups/fresh%2F1/offsets", body);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 204 ? 2 : null, _host.Cluster.Group("fresh/1").Committed("t", 0));
    }

    private static JoinGroupRequest Join(string memberId) => new()
    {
        MemberId = memberId,
        ClientId = "client",
        ProtocolType = "consumer",
        Protocols = [new GroupProtocol("range", ConsumerProtocol.WriteSubscription(["t"]))],
        SessionTimeoutMs = 10_000,
    };
}
