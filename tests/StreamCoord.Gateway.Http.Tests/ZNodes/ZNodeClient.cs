using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

/// <summary>Sends requests with headers, and lines that no HTTP client would send.</summary>
internal static class ZNodeClient
{
    public static async Task<(Answer Answer, HttpResponseMessage Response)> ZNodeAsync(
        this GatewayHost host, string method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new ByteArrayContent(body) };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        var answer = new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), text, response.Headers.Location?.ToString(),
            response.Headers.RetryAfter is not null);
        return (answer, response);
    }

    /// <summary>The value of a header, or null.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(",", values) : null;

    /// <summary>Sends a request line as it stands; returns the status and the body.</summary>
    public static async Task<(int Status, string Body)> RawAsync(this GatewayHost host, string method, string target)
    {
        using var client = new TcpClient();
        Uri address = host.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        string text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture), text);
    }
}
