using System.Text.Json;
using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class BrokerResourceTests
{
    private const string Cluster = $"/v3/clusters/{GatewayHost.ClusterId}";

    [Fact]
    public async Task A_broker_is_described_with_its_links()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement list = (await host.GetAsync($"{Cluster}/brokers")).Json;
        Assert.Equal("KafkaBrokerList", list.GetProperty("kind").GetString());

        JsonElement broker = (await host.GetAsync($"{Cluster}/brokers/1")).Json;

        Assert.Equal(broker.GetRawText(), list.GetProperty("data")[0].GetRawText());
        Assert.Equal(["kind", "metadata", "cluster_id", "broker_id", "host", "port", "rack", "configs", "partition_replicas"], broker.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("KafkaBroker", 1, "broker.example", 9092, "r1"), (broker.GetProperty("kind").GetString(), broker.GetProperty("broker_id").GetInt32(),
            broker.GetProperty("host").GetString(), broker.GetProperty("port").GetInt32(), broker.GetProperty("rack").GetString()));
        Assert.Equal($"crn:///kafka={GatewayHost.ClusterId}/broker=1", broker.GetProperty("metadata").GetProperty("resource_name").GetString());
        foreach (string link in new[] { "configs", "partition_replicas" })
        {
            Assert.Equal(200, (await host.GetAsync(broker.GetProperty(link).GetProperty("related").GetString()!)).Status);
        }
        (await host.GetAsync($"{Cluster}/brokers/2")).Confluent(404, 404);
        (await host.GetAsync("/v3/clusters/other/brokers")).Confluent(404, 404);
    }

    [Fact]
    public async Task All_brokers_that_live_are_listed_and_each_tells_its_own_configurations()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Brokers.Alive = [.. host.Brokers.Alive, new LiveBroker(new NodeId(2), "other.example", 9093, null, "other.example:8080")];
        host.Brokers.Controller = new NodeId(2);

        JsonElement list = (await host.GetAsync($"{Cluster}/brokers")).Json.GetProperty("data");

        Assert.Equal([1, 2], list.EnumerateArray().Select(broker => broker.GetProperty("broker_id").GetInt32()));
        Assert.Equal("other.example", (await host.GetAsync($"{Cluster}/brokers/2")).Json.GetProperty("host").GetString());
        Assert.Contains("other.example:8080", (await host.GetAsync($"{Cluster}/brokers/2/configs")).Confluent(404, 404), StringComparison.Ordinal);
        Assert.EndsWith("/brokers/2", (await host.GetAsync(Cluster)).Json.GetProperty("controller").GetProperty("related").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configurations_of_brokers_are_read()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement all = (await host.GetAsync($"{Cluster}/brokers/-/configs")).Json;
        JsonElement own = (await host.GetAsync($"{Cluster}/brokers/1/configs")).Json;
        Assert.Equal(own.GetProperty("data").GetRawText(), all.GetProperty("data").GetRawText());
        Assert.Equal(("KafkaBrokerConfigList", 3), (own.GetProperty("kind").GetString(), own.GetProperty("data").GetArrayLength()));

        JsonElement set = (await host.GetAsync($"{Cluster}/brokers/1/configs/socket.request.max.bytes")).Json;

        Assert.Equal(("KafkaBrokerConfig", 1, "5", false, true, "STATIC_BROKER_CONFIG"), (set.GetProperty("kind").GetString(), set.GetProperty("broker_id").GetInt32(), set.GetProperty("value").GetString(),
            set.GetProperty("is_default").GetBoolean(), set.GetProperty("is_read_only").GetBoolean(), set.GetProperty("source").GetString()));
        Assert.Equal(["5", "9"], set.GetProperty("synonyms").EnumerateArray().Select(synonym => synonym.GetProperty("value").GetString()));
        Assert.Equal("DEFAULT_CONFIG", (await host.GetAsync($"{Cluster}/brokers/1/configs/num.partitions")).Json.GetProperty("source").GetString());
        (await host.GetAsync($"{Cluster}/brokers/1/configs/no.such")).Confluent(404, 404);
        (await host.GetAsync($"{Cluster}/brokers/2/configs")).Confluent(404, 404);
        Assert.Equal(0, (await host.GetAsync($"{Cluster}/broker-configs")).Json.GetProperty("data").GetArrayLength());
        (await host.GetAsync($"{Cluster}/broker-configs/num.partitions")).Confluent(404, 404);
    }

    [Theory]
    [InlineData("PUT", "/brokers/1/configs/num.partitions", 400, 40002)]
    [InlineData("DELETE", "/brokers/1/configs/num.partitions", 400, 40002)]
    [InlineData("POST", "/brokers/1/configs:alter", 400, 40002)]
    [InlineData("PUT", "/brokers/1/configs/no.such", 404, 404)]
    [InlineData("POST", "/brokers/2/configs:alter", 404, 404)]
    [InlineData("PUT", "/broker-configs/num.partitions", 400, 40002)]
    [InlineData("DELETE", "/broker-configs/num.partitions", 400, 40002)]
    [InlineData("POST", "/broker-configs:alter", 400, 40002)]
    public async Task Configurations_of_brokers_are_not_changed(string method, string path, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(new HttpMethod(method), Cluster + path, """{"value":"5","data":[]}""")).Confluent(status, errorCode);
    }

    [Fact]
    public async Task Replicas_offsets_and_reassignments_of_partitions_are_read()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2);
        host.Cluster.Partition("t", 1).Add("a", "b");
        string partition = $"{GatewayHost.V3Topics}/t/partitions/1";

        JsonElement replica = (await host.GetAsync($"{partition}/replicas/1")).Json;

        Assert.Equal(["kind", "metadata", "cluster_id", "topic_name", "partition_id", "broker_id", "is_leader", "is_in_sync", "broker"], replica.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("KafkaReplica", "t", 1, true, true), (replica.GetProperty("kind").GetString(), replica.GetProperty("topic_name").GetString(),
            replica.GetProperty("partition_id").GetInt32(), replica.GetProperty("is_leader").GetBoolean(), replica.GetProperty("is_in_sync").GetBoolean()));
        Assert.Equal(replica.GetRawText(), (await host.GetAsync($"{partition}/replicas")).Json.GetProperty("data")[0].GetRawText());
        Assert.Equal([0, 1], (await host.GetAsync($"{Cluster}/brokers/1/partition-replicas")).Json.GetProperty("data").EnumerateArray().Select(each => each.GetProperty("partition_id").GetInt32()));
        JsonElement offset = (await host.GetAsync($"{partition}/offset")).Json;
        Assert.Equal((0, 2), (offset.GetProperty("beginning_offset").GetInt64(), offset.GetProperty("end_offset").GetInt64()));
        (await host.GetAsync($"{partition}/replicas/7")).Confluent(404, 404);
        (await host.GetAsync($"{GatewayHost.V3Topics}/t/partitions/2/replicas")).Confluent(404, 40402);
        (await host.GetAsync($"{GatewayHost.V3Topics}/none/partitions/0/offset")).Confluent(404, 40403);

        (await host.GetAsync($"{partition}/reassignment")).Confluent(404, 404);
        foreach (string path in new[] { "/t/partitions/-/reassignment", "/-/partitions/-/reassignment" })
        {
            JsonElement list = (await host.GetAsync(GatewayHost.V3Topics + path)).Json;
            Assert.Equal(("KafkaReassignmentList", 0), (list.GetProperty("kind").GetString(), list.GetProperty("data").GetArrayLength()));
        }
        (await host.GetAsync($"{GatewayHost.V3Topics}/none/partitions/-/reassignment")).Confluent(404, 40403);
    }

    [Fact]
    public async Task Reassignment_that_is_not_finished_is_described_and_listed()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        await host.Cluster.Create("t", 2).MoveReplicas(1, [new NodeId(2), new NodeId(3)]);

        JsonElement one = (await host.GetAsync($"{GatewayHost.V3Topics}/t/partitions/1/reassignment")).Json;

        Assert.Equal(["kind", "metadata", "cluster_id", "topic_name", "partition_id", "adding_replicas", "removing_replicas", "replicas"], one.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("KafkaReassignment", "t", 1, "[2,3]", "[1]"), (one.GetProperty("kind").GetString(), one.GetProperty("topic_name").GetString(),
            one.GetProperty("partition_id").GetInt32(), one.GetProperty("adding_replicas").GetRawText(), one.GetProperty("removing_replicas").GetRawText()));
        foreach (string path in new[] { "/t/partitions/-/reassignment", "/-/partitions/-/reassignment" })
        {
            Assert.Equal(one.GetRawText(), (await host.GetAsync(GatewayHost.V3Topics + path)).Json.GetProperty("data").EnumerateArray().Single().GetRawText());
        }
        (await host.GetAsync($"{GatewayHost.V3Topics}/t/partitions/0/reassignment")).Confluent(404, 404);
    }

    [Fact]
    public async Task Configurations_of_all_topics_are_read_at_once()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("a");
        host.Cluster.Create("b");
        JsonElement data = (await host.GetAsync($"{GatewayHost.V3Topics}/-/configs")).Json.GetProperty("data");
        Assert.Equal(["a", "b"], data.EnumerateArray().Select(config => config.GetProperty("topic_name").GetString()).Distinct());
    }
}
