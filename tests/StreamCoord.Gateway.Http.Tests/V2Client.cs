using System.Net.Http.Headers;
using System.Text;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>Requests of v2.</summary>
internal static class V2Client
{
    public const string Plain = "application/vnd.kafka.v2+json";
    public const string Binary = "application/vnd.kafka.binary.v2+json";
    public const string Json = "application/vnd.kafka.json.v2+json";

    public static async Task<Answer> V2Async(this GatewayHost host, string method, string path, string? body = null, string contentType = Plain, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), text, null, false);
    }

    /// <summary>A consumer's address.</summary>
    public static async Task<string> ConsumerAsync(this GatewayHost host, string group, string config = "{}")
    {
        Answer answer = await host.V2Async("POST", $"/consumers/{group}", config);
        Assert.True(answer.Status == 200, answer.Body);
        string uri = answer.Json.GetProperty("base_uri").GetString()!;
        Assert.StartsWith(host.Client.BaseAddress!.ToString(), uri, StringComparison.Ordinal);
        return uri;
    }

    public static async Task DoneAsync(this GatewayHost host, string method, string path, string? body = null)
    {
        Answer answer = await host.V2Async(method, path, body);
        Assert.True(answer.Status is 200 or 204, answer.Body);
    }

    /// <summary>The values that a consumer of the format json gets next.</summary>
    public static async Task<string[]> ReadAsync(this GatewayHost host, string consumer, string query = "")
    {
        Answer answer = await host.V2Async("GET", $"{consumer}/records{query}", accept: Json);
        Assert.True(answer.Status == 200, answer.Body);
        return [.. answer.Json.EnumerateArray().Select(record => record.GetProperty("value").GetRawText())];
    }
}
