using System.Text.Json;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class ProduceBatchTests
{
    private static readonly string Batch = $"{GatewayHost.V3Topics}/t/records:batch";

    [Fact]
    public async Task Successes_and_failures_are_told_by_id()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        Answer answer = await host.JsonAsync(HttpMethod.Post, Batch,
            """
            {"entries":[{"id":"1","value":{"type":"STRING","data":"a"},"timestamp":"2021-02-05T19:14:42.5Z"},
                        {"id":"2","value":{"type":"BINARY","data":1}},
                        {"id":"x-_3","value":{"type":"STRING","data":"b"},"timestamp":"2021-02-05T19:14:43Z"}]}
            """);
        Assert.Equal(207, answer.Status);
        string place = $"\"cluster_id\":\"{GatewayHost.ClusterId}\",\"topic_name\":\"t\",\"partition_id\":0";
        Assert.Equal(
            $$$"""{"successes":[{"id":"1",{{{place}}},"offset":0,"timestamp":"2021-02-05T19:14:42.5Z","value":{"type":"STRING","size":1}},""" +
            $$$"""{"id":"x-_3",{{{place}}},"offset":1,"timestamp":"2021-02-05T19:14:43Z","value":{"type":"STRING","size":1}}],""" +
            "\"failures\":" + """[{"id":"2","error_code":400,"message":"Bad Request: data=1 is not a base64 string."}]}""",
            answer.Body);
        Assert.Equal(["a", "b"], host.Cluster.Partition("t", 0).Values);
    }

    [Theory]
    [InlineData("{}", 422, 42208)]
    [InlineData("[]", 422, 42208)]
    [InlineData("""{"entries":[]}""", 422, 42208)]
    [InlineData("""{"entries":[{}]}""", 422, 42208)]
    [InlineData("""{"entries":[5]}""", 422, 42208)]
    [InlineData("""{"entries":[{"id":""}]}""", 422, 42208)]
    [InlineData("""{"entries":[{"id":"a b"}]}""", 422, 42208)]
    [InlineData("""{"entries":[{"id":"1"},{"id":"1"}]}""", 422, 42208)]
    [InlineData("""{"entries":[{"id":"1"},{"id":"2"},{"id":"3"}]}""", 422, 42208)]
    [InlineData("{\"entries\":\n[", 400, 400)]
    public async Task A_batch_that_breaks_the_rules_is_refused_whole(string body, int status, int errorCode)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("ProduceBatchEntriesMax", "2"));
        host.Cluster.Create("t");
        (await host.JsonAsync(HttpMethod.Post, Batch, body)).Confluent(status, errorCode);
        Assert.Empty(host.Cluster.Partition("t", 0).Values);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_whether_announced_or_not()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("RequestBodyBytesMax", "2000"));
        host.Cluster.Create("t");
        string body = JsonSerializer.Serialize(new { entries = new[] { new { id = "1", value = new { type = "STRING", data = new string('x', 3000) } } } });
        (await host.JsonAsync(HttpMethod.Post, Batch, body)).Confluent(413, 413);
        using var chunked = new StreamContent(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body)));
        chunked.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Batch) { Content = chunked, Headers = { TransferEncodingChunked = true } };
        using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)response.StatusCode);
    }
}
