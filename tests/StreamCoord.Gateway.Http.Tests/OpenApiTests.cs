using System.Text.Json;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_describes_every_operation()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = await host.GetAsync("/openapi/v1.json");
        Assert.Equal(200, answer.Status);
        List<(string Path, JsonElement Operation)> operations = [.. answer.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => ($"{operation.Name} {path.Name}", operation.Value)))];

        Assert.Equal(96, operations.Count);
        Assert.Contains("get /v1/topics/{topic}/records:stream", operations.Select(o => o.Path));
        Assert.Contains("post /v3/clusters/{cluster}/topics/{topic}/records:batch", operations.Select(o => o.Path));
        Assert.Contains("get /consumers/{group}/instances/{instance}/records", operations.Select(o => o.Path));
        Assert.Contains("head /v1/znodes/{path}", operations.Select(o => o.Path));
        Assert.All(operations, o => Assert.False(string.IsNullOrWhiteSpace(o.Operation.GetProperty("summary").GetString())));
        Assert.All(operations, o => Assert.Contains(o.Operation.GetProperty("responses").EnumerateObject(), response => response.Name.StartsWith('2')));
        Assert.All(operations.Where(o => o.Path.Contains("{topic}", StringComparison.Ordinal)),
            o => Assert.Contains(o.Operation.GetProperty("parameters").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == "topic"));
        Assert.All(operations.Where(o => o.Path.Contains("{path}", StringComparison.Ordinal)),
            o => Assert.Contains(o.Operation.GetProperty("parameters").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == "path"));
    }
}
