namespace StreamCoord.Gateway.Http.Tests;

public sealed class InternalTopicTests
{
    [Fact]
    public async Task The_topic_of_the_znodes_is_read_only_where_that_is_allowed()
    {
        await using GatewayHost closed = await GatewayHost.StartAsync();
        closed.Cluster.Create("__znodes");
        (await closed.GetAsync("/v1/topics/__znodes/partitions/0/records")).Problem(403, "TOPIC_AUTHORIZATION_FAILED");
        (await closed.GetAsync("/v1/topics/__znodes/records:stream")).Problem(403, "TOPIC_AUTHORIZATION_FAILED");
        Assert.Equal(200, (await closed.GetAsync($"{GatewayHost.V3Topics}/__znodes")).Status);

        await using GatewayHost open = await GatewayHost.StartAsync(null, ("TopicReadable", "true"));
        open.Cluster.Create("__znodes");
        open.Cluster.Partition("__znodes", 0).Add("a");
        Assert.Equal(200, (await open.GetAsync("/v1/topics/__znodes/partitions/0/records")).Status);
    }

    [Fact]
    public async Task Topics_that_the_service_keeps_for_itself_are_not_changed()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("TopicReadable", "true"));
        const string Name = "__consumer_offsets";
        host.Cluster.Create(Name);
        host.Cluster.Partition(Name, 0).Add("a");
        string topic = $"{GatewayHost.V3Topics}/{Name}";

        (await host.ImportAsync(Name, "a\n")).Problem(400, "INVALID_TOPIC_EXCEPTION");
        Assert.Contains("keeps for itself", (await host.JsonAsync(HttpMethod.Post, $"{topic}/records", "{}")).Confluent(400, 40002), StringComparison.Ordinal);
        (await host.JsonAsync(HttpMethod.Post, $"{topic}/records:batch", """{"entries":[{"id":"1"}]}""")).Confluent(400, 40002);
        (await host.SendAsync(HttpMethod.Delete, topic, null)).Confluent(400, 40002);
        (await host.JsonAsync(HttpMethod.Patch, topic, """{"partitions_count":2}""")).Confluent(400, 40002);
        (await host.JsonAsync(HttpMethod.Post, $"{topic}/configs:alter", """{"data":[{"name":"retention.ms","value":"1"}]}""")).Confluent(400, 40002);
        (await host.JsonAsync(HttpMethod.Put, $"{topic}/configs/retention.ms", """{"value":"1"}""")).Confluent(400, 40002);
        (await host.SendAsync(HttpMethod.Delete, $"{topic}/configs/retention.ms", null)).Confluent(400, 40002);

        Assert.Empty(host.Cluster.Topic(Name).Configs);
        Assert.Single((await host.GetAsync($"/v1/topics/{Name}/partitions/0/records")).Json.GetProperty("records").EnumerateArray());
    }
}
