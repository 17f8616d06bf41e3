using System.Text.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class TopicConfigResourceTests
{
    private static readonly string Configs = $"{GatewayHost.V3Topics}/t/configs";

    [Fact]
    public async Task Every_configuration_is_listed_with_its_source()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("retention.ms", "1000"));
        JsonElement list = (await host.GetAsync(Configs)).Json;
        Assert.Equal(("KafkaTopicConfigList", TopicConfigs.All.Count), (list.GetProperty("kind").GetString(), list.GetProperty("data").GetArrayLength()));

        JsonElement set = (await host.GetAsync($"{Configs}/retention.ms")).Json;
        Assert.Equal(
            ["kind", "metadata", "cluster_id", "topic_name", "name", "value", "is_default", "is_read_only", "is_sensitive", "source", "synonyms"],
            set.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("1000", false, "DYNAMIC_TOPIC_CONFIG"), Brief(set));
        Assert.Equal(
            """[{"name":"retention.ms","value":"1000","source":"DYNAMIC_TOPIC_CONFIG"},{"name":"retention.ms","value":"604800000","source":"DEFAULT_CONFIG"}]""",
            set.GetProperty("synonyms").GetRawText());
        Assert.Equal(("delete", true, "DEFAULT_CONFIG"), Brief((await host.GetAsync($"{Configs}/cleanup.policy")).Json));
    }

    [Fact]
    public async Task A_configuration_is_set_and_set_back()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        Assert.Equal(204, (await host.JsonAsync(HttpMethod.Put, $"{Configs}/retention.ms", """{"value":"5"}""")).Status);
        Assert.Equal("5", host.Cluster.Topic("t").Configs["retention.ms"]);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"{Configs}/retention.ms", null)).Status);
        Assert.Empty(host.Cluster.Topic("t").Configs);
    }

    [Fact]
    public async Task Several_are_changed_at_once_or_none()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("retention.ms", "1"));
        const string Good = """{"data":[{"name":"retention.ms","operation":"DELETE"},{"name":"segment.ms","value":"7"}]}""";
        Assert.Equal(204, (await host.JsonAsync(HttpMethod.Post, $"{Configs}:alter", Good.Replace("]}", "],\"validate_only\":true}", StringComparison.Ordinal))).Status);
        Assert.Equal("1", host.Cluster.Topic("t").Configs["retention.ms"]);
        Assert.Equal(204, (await host.JsonAsync(HttpMethod.Post, $"{Configs}:alter", Good)).Status);
        Assert.Equal(["segment.ms=7"], host.Cluster.Topic("t").Configs.Select(config => $"{config.Key}={config.Value}"));
        (await host.JsonAsync(HttpMethod.Post, $"{Configs}:alter", """{"data":[{"name":"segment.ms","operation":"DELETE"},{"name":"retention.ms","value":"x"}]}""")).Confluent(400, 40002);
        Assert.Equal("7", host.Cluster.Topic("t").Configs["segment.ms"]);
    }

    [Theory]
    [InlineData("""{"data":[{"name":"no.such","value":"1"}]}""", 404, 404)]
    [InlineData("""{"data":[{"name":"segment.ms"}]}""", 422, 42206)]
    [InlineData("""{"data":[{"value":"1"}]}""", 422, 42206)]
    [InlineData("""{"data":[null]}""", 422, 42206)]
    [InlineData("""{"data":[{"name":"segment.ms","value":"1","operation":"APPEND"}]}""", 400, 400)]
    [InlineData("""{}""", 422, 42206)]
    [InlineData("""{"data":5}""", 400, 400)]
    public async Task A_change_that_makes_no_sense_is_refused(string body, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        (await host.JsonAsync(HttpMethod.Post, $"{Configs}:alter", body)).Confluent(status, errorCode);
    }

    [Fact]
    public async Task Unknown_configurations_topics_and_values_out_of_range_are_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        Assert.Contains("no.such", (await host.GetAsync($"{Configs}/no.such")).Confluent(404, 404), StringComparison.Ordinal);
        (await host.JsonAsync(HttpMethod.Put, $"{Configs}/no.such", """{"value":"5"}""")).Confluent(404, 404);
        (await host.SendAsync(HttpMethod.Delete, $"{Configs}/no.such", null)).Confluent(404, 404);
        Assert.Contains("number", (await host.JsonAsync(HttpMethod.Put, $"{Configs}/retention.ms", """{"value":"-2"}""")).Confluent(400, 40002), StringComparison.Ordinal);
        (await host.GetAsync($"{GatewayHost.V3Topics}/none/configs")).Confluent(404, 40403);
        (await host.JsonAsync(HttpMethod.Put, $"{GatewayHost.V3Topics}/none/configs/retention.ms", """{"value":"5"}""")).Confluent(404, 40403);
    }

    private static (string?, bool, string?) Brief(JsonElement config) =>
        (config.GetProperty("value").GetString(), config.GetProperty("is_default").GetBoolean(), config.GetProperty("source").GetString());
}
