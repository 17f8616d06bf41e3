using System.Text.Json;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class TopicResourceTests
{
    private static readonly string Topics = GatewayHost.V3Topics;

    [Fact]
    public async Task The_cluster_is_shown_as_Confluent_shows_one()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement list = (await host.GetAsync("/v3/clusters")).Json;
        Assert.Equal("KafkaClusterList", list.GetProperty("kind").GetString());
        Assert.Equal($"{host.Client.BaseAddress}v3/clusters", list.GetProperty("metadata").GetProperty("self").GetString());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("metadata").GetProperty("next").ValueKind);

        Answer answer = await host.GetAsync($"/v3/clusters/{GatewayHost.ClusterId}");
        Assert.Equal(list.GetProperty("data")[0].GetRawText(), answer.Body);
        Assert.Equal(
            ["kind", "metadata", "cluster_id", "controller", "acls", "brokers", "broker_configs", "consumer_groups", "topics", "partition_reassignments"],
            answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal($"crn:///kafka={GatewayHost.ClusterId}", answer.Json.GetProperty("metadata").GetProperty("resource_name").GetString());
        Assert.Equal($"{host.Client.BaseAddress}v3/clusters/{GatewayHost.ClusterId}/brokers/1", answer.Json.GetProperty("controller").GetProperty("related").GetString());

        Assert.Contains("cannot be found", (await host.GetAsync("/v3/clusters/other")).Confluent(404, 404), StringComparison.Ordinal);
        (await host.GetAsync("/v3/clusters/other/topics")).Confluent(404, 404);
    }

    [Fact]
    public async Task A_topic_is_created_shown_listed_grown_and_deleted()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer created = await host.JsonAsync(HttpMethod.Post, Topics,
            """{"topic_name":"t","partitions_count":2,"replication_factor":1,"configs":[{"name":"retention.ms","value":"1000"}]}""");
        string url = $"{host.Client.BaseAddress}v3/clusters/{GatewayHost.ClusterId}/topics/t";
        Assert.Equal((201, url), (created.Status, created.Location));
        Assert.Equal(
            $$"""{"kind":"KafkaTopic","metadata":{"self":"{{url}}","resource_name":"crn:///kafka={{GatewayHost.ClusterId}}/topic=t"},"cluster_id":"{{GatewayHost.ClusterId}}","topic_name":"t","is_internal":false,"replication_factor":1,"partitions_count":2,"partitions":{"related":"{{url}}/partitions"},""" +
            "\"configs\"" + $$""":{"related":"{{url}}/configs"},"partition_reassignments":{"related":"{{url}}/partitions/-/reassignment"},"authorized_operations":[]}""",
            created.Body);
        Assert.Equal("1000", host.Cluster.Topic("t").Configs["retention.ms"]);

        Assert.Equal(created.Body, (await host.GetAsync($"{Topics}/t")).Body);
        JsonElement list = (await host.GetAsync(Topics)).Json;
        Assert.Equal("KafkaTopicList", list.GetProperty("kind").GetString());
        Assert.Equal(created.Body, Assert.Single(list.GetProperty("data").EnumerateArray()).GetRawText());

        Answer grown = await host.JsonAsync(HttpMethod.Patch, $"{Topics}/t", """{"partitions_count":5}""");
        Assert.Equal((200, 5), (grown.Status, grown.Json.GetProperty("partitions_count").GetInt32()));
        (await host.JsonAsync(HttpMethod.Patch, $"{Topics}/t", """{"partitions_count":5}""")).Confluent(400, 40002);

        Answer deleted = await host.SendAsync(HttpMethod.Delete, $"{Topics}/t", null);
        Assert.Equal((204, ""), (deleted.Status, deleted.Body));
        (await host.GetAsync($"{Topics}/t")).Confluent(404, 40403);
        (await host.SendAsync(HttpMethod.Delete, $"{Topics}/t", null)).Confluent(404, 40403);
        (await host.JsonAsync(HttpMethod.Patch, $"{Topics}/t", """{"partitions_count":5}""")).Confluent(404, 40403);
    }

    [Fact]
    public async Task A_topic_is_only_validated_when_that_is_asked()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(200, (await host.JsonAsync(HttpMethod.Post, Topics, """{"topic_name":"t","validate_only":true}""")).Status);
        Assert.False(host.Cluster.Topic("t").Exists);
    }

    [Fact]
    public async Task Defaults_are_taken_for_what_is_missing_or_minus_1()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.DefaultPartitions = 4;
        Answer answer = await host.JsonAsync(HttpMethod.Post, Topics, """{"topic_name":"t","partitions_count":-1,"replication_factor":-1}""");
        Assert.Equal((201, 4), (answer.Status, answer.Json.GetProperty("partitions_count").GetInt32()));
    }

    [Theory]
    [InlineData("""{"topic_name":"there"}""", 400, 40002, "exists")]
    [InlineData("""{"topic_name":"a b"}""", 400, 40002, "characters")]
    [InlineData("""{"topic_name":"t","partitions_count":0}""", 400, 40002, "partition")]
    [InlineData("""{"topic_name":"t","replication_factor":2}""", 400, 40002, "node")]
    [InlineData("""{"topic_name":"t","replication_factor":70000}""", 400, 40002, "replication_factor")]
    [InlineData("""{"topic_name":"t","replicas_assignments":{"0":[1]}}""", 400, 40002, "replicas_assignments")]
    [InlineData("""{"topic_name":"t","configs":[{"name":"no.such","value":"1"}]}""", 400, 40002, "no.such")]
    [InlineData("""{"topic_name":"t","configs":[{"name":"retention.ms","value":"x"}]}""", 400, 40002, "retention.ms")]
    [InlineData("""{"topic_name":"t","configs":[{"name":"retention.ms"}]}""", 400, 40002, "configs")]
    [InlineData("""{"topic_name":"t","configs":[null]}""", 400, 40002, "configs")]
    [InlineData("""{"topic_name":"t","partitions_count":"x"}""", 400, 400, "$.partitions_count")]
    [InlineData("""{}""", 422, 42206, "topic_name")]
    [InlineData("""null""", 422, 42206, "null")]
    [InlineData("", 422, 42206, "empty")]
    [InlineData("{\n  \"topic_name\": x }", 400, 400, "line 2, position 17")]
    public async Task A_topic_that_cannot_be_is_refused_with_the_reason(string body, int status, int errorCode, string reason)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("there");
        Assert.Contains(reason, (await host.JsonAsync(HttpMethod.Post, Topics, body)).Confluent(status, errorCode), StringComparison.Ordinal);
        Assert.False(host.Cluster.Topic("t").Exists);
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync(HttpMethod.Post, Topics, new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain")))).Confluent(415, 415);
        (await host.SendAsync(HttpMethod.Post, $"{Topics}/t/records", new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain")))).Confluent(415, 415);
    }

    [Fact]
    public async Task Partitions_are_shown()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 3);
        JsonElement list = (await host.GetAsync($"{Topics}/t/partitions")).Json;
        Assert.Equal(("KafkaPartitionList", 3), (list.GetProperty("kind").GetString(), list.GetProperty("data").GetArrayLength()));
        Answer one = await host.GetAsync($"{Topics}/t/partitions/2");
        Assert.Equal(list.GetProperty("data")[2].GetRawText(), one.Body);
        Assert.Equal(["kind", "metadata", "cluster_id", "topic_name", "partition_id", "leader", "replicas", "reassignment"], one.Json.EnumerateObject().Select(m => m.Name));
        Assert.EndsWith("/topics/t/partitions/2/replicas/1", one.Json.GetProperty("leader").GetProperty("related").GetString(), StringComparison.Ordinal);
        Assert.Equal($"crn:///kafka={GatewayHost.ClusterId}/topic=t/partition=2", one.Json.GetProperty("metadata").GetProperty("resource_name").GetString());
        (await host.GetAsync($"{Topics}/t/partitions/3")).Confluent(404, 40402);
        (await host.GetAsync($"{Topics}/t/partitions/x")).Confluent(400, 400);
        (await host.GetAsync($"{Topics}/none/partitions")).Confluent(404, 40403);
    }
}
