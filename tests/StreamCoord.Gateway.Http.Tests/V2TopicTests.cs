using System.Text;
using System.Text.Json;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class V2TopicTests
{
    [Fact]
    public async Task Topics_partitions_offsets_and_brokers_are_read()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2, ("retention.ms", "5"));
        host.Cluster.Partition("t", 1).Add("a", "b");
        host.Cluster.Partition("t", 1).TrimTo(1);

        Assert.Equal("""["t"]""", (await host.GetAsync("/topics")).Body);
        Answer topic = await host.GetAsync("/topics/t");
        Assert.Equal(V2Client.Plain, topic.ContentType);
        Assert.Equal(["name", "configs", "partitions"], topic.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("5", topic.Json.GetProperty("configs").GetProperty("retention.ms").GetString());
        const string Second = """{"partition":1,"leader":1,"replicas":[{"broker":1,"leader":true,"in_sync":true}]}""";
        Assert.Equal(Second, topic.Json.GetProperty("partitions")[1].GetRawText());
        Assert.Equal(Second, (await host.GetAsync("/topics/t/partitions/1")).Body);
        Assert.Equal(2, (await host.GetAsync("/topics/t/partitions")).Json.GetArrayLength());
        Assert.Equal("""{"beginning_offset":1,"end_offset":2}""", (await host.GetAsync("/topics/t/partitions/1/offsets")).Body);
        Assert.Equal("""{"brokers":[1]}""", (await host.GetAsync("/brokers")).Body);
        Assert.Equal("{}", (await host.GetAsync("/")).Body);
        Assert.Equal("{}", (await host.V2Async("POST", "/", "{}")).Body);
    }

    [Theory]
    [InlineData("/topics/none", 40401)]
    [InlineData("/topics/not a name", 40401)]
    [InlineData("/topics/none/partitions", 40401)]
    [InlineData("/topics/none/partitions/0", 40401)]
    [InlineData("/topics/t/partitions/1", 40402)]
    [InlineData("/topics/t/partitions/-1", 40402)]
    [InlineData("/topics/t/partitions/x", 40402)]
    [InlineData("/topics/t/partitions/1/offsets", 40402)]
    public async Task What_is_not_there_has_its_number(string path, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        (await host.GetAsync(path)).V2(404, errorCode);
    }

    [Theory]
    [InlineData(null, V2Client.Plain)]
    [InlineData("*/*", V2Client.Plain)]
    [InlineData("application/json", "application/json")]
    [InlineData("application/vnd.kafka+json", "application/vnd.kafka+json")]
    [InlineData("application/json;q=0.9, application/vnd.kafka.v2+json;q=0.5", "application/json")]
    [InlineData("application/*;q=0.5, application/vnd.kafka.v2+json;q=0", "application/vnd.kafka+json")]
    [InlineData("text/html, */*;q=0.1", V2Client.Plain)]
    public async Task The_client_chooses_the_content_type(string? accept, string contentType)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal((200, contentType), await host.V2Async("GET", "/topics", accept: accept) is var answer ? (answer.Status, answer.ContentType) : default);
    }

    [Theory]
    [InlineData("GET", "/topics", null, "text/html", 406, 406)]
    [InlineData("GET", "/topics", null, "application/json;q=0", 406, 406)]
    [InlineData("POST", "/topics/t", "text/plain", null, 415, 415)]
    [InlineData("POST", "/consumers/g", "text/plain", null, 415, 415)]
    [InlineData("POST", "/topics/t", V2Client.Json, "text/html", 406, 406)]
    [InlineData("POST", "/topics/t", "application/vnd.kafka.avro.v2+json", null, 422, 42201)]
    [InlineData("POST", "/topics/t", "application/vnd.kafka.jsonschema.v2+json", null, 422, 42201)]
    [InlineData("POST", "/topics/t/partitions/0", "application/vnd.kafka.protobuf.v2+json", null, 422, 42201)]
    public async Task Content_types_that_do_not_fit_are_refused(string method, string path, string? contentType, string? accept, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        (await host.V2Async(method, path, contentType is null ? null : "{}", contentType ?? "", accept)).V2(status, errorCode);
        Assert.Equal(0, host.Cluster.Partition("t", 0).AppendCount);
    }

    [Fact]
    public async Task Records_of_both_formats_are_produced()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 2);
        Answer answer = await host.V2Async("POST", "/topics/t", """{"records":[{"key":"aw==","value":"dg==","partition":1},{"value":null,"partition":1}]}""", V2Client.Binary);
        Assert.Equal((200, V2Client.Plain), (answer.Status, answer.ContentType));
        Assert.Equal("""{"offsets":[{"partition":1,"offset":0,"error_code":null,"error":null},{"partition":1,"offset":1,"error_code":null,"error":null}],"key_schema_id":null,"value_schema_id":null}""", answer.Body);
        Assert.Equal(["v", "null"], host.Cluster.Partition("t", 1).Values);
        Assert.Equal("k", Encoding.UTF8.GetString(host.Cluster.Partition("t", 1).Records()[0].Key!));

        Answer json = await host.V2Async("POST", "/topics/t/partitions/0", """{"records":[{"value":{"a": [1, "é"]}},{"key":5,"value":"x"}]}""", V2Client.Json);

        Assert.Equal([0, 1], json.Json.GetProperty("offsets").EnumerateArray().Select(offset => offset.GetProperty("offset").GetInt64()));
        Assert.Equal(["""{"a":[1,"é"]}""", "\"x\""], host.Cluster.Partition("t", 0).Values);
    }

    [Fact]
    public async Task Each_record_has_an_outcome_of_its_own()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 1, ("max.message.bytes", "200"));
        JsonElement offsets = (await host.V2Async("POST", "/topics/t", $$"""{"records":[{"value":1},{"value":2,"partition":7},{"value":"{{new string('x', 300)}}"}]}""", V2Client.Json)).Json.GetProperty("offsets");
        Assert.Equal([null, 40402, 413], offsets.EnumerateArray().Select(offset => offset.GetProperty("error_code") is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() : (int?)null));
        Assert.Equal(["1"], host.Cluster.Partition("t", 0).Values);
    }

    [Theory]
    [InlineData("/topics/t", "{}", 422, 42206)]
    [InlineData("/topics/t", "", 422, 42206)]
    [InlineData("/topics/t", "[]", 422, 42206)]
    [InlineData("/topics/t", """{"records":[]}""", 422, 42206)]
    [InlineData("/topics/t", """{"records":[5]}""", 422, 42206)]
    [InlineData("/topics/t", """{"records":[{"value":"YQ==","partition":-1}]}""", 422, 42206)]
    [InlineData("/topics/t", """{"records":[{"value":"YQ=="},{"value":"no base64!"}]}""", 422, 42203)]
    [InlineData("/topics/t", """{"records":[{"value":5}]}""", 422, 42203)]
    [InlineData("/topics/t", """{"records":[{"value":""},{"value":""},{"value":""}]}""", 422, 42206)]
    [InlineData("/topics/t", "{", 400, 400)]
    [InlineData("/topics/t/partitions/1", """{"records":[{"value":"YQ=="}]}""", 404, 40402)]
    [InlineData("/topics/none", """{"records":[{"value":"YQ=="}]}""", 404, 40401)]
    [InlineData("/topics/__consumer_offsets", """{"records":[{"value":"YQ=="}]}""", 400, 40002)]
    public async Task What_cannot_be_produced_is_refused_whole(string path, string body, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("ProduceRecordsMax", "2"));
        host.Cluster.AutoCreate = false;
        host.Cluster.Create("t");
        (await host.V2Async("POST", path, body, V2Client.Binary)).V2(status, errorCode);
        Assert.Equal(0, host.Cluster.Partition("t", 0).AppendCount);
    }

    [Fact]
    public async Task Failures_of_the_cluster_are_503()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Failure = new TimeoutException();
        (await host.GetAsync("/topics")).V2(503, 50003);
        host.Cluster.Failure = new InvalidOperationException();
        (await host.GetAsync("/topics/t")).V2(500, 50002);
    }
}
