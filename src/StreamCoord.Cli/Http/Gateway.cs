using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Http;

/// <summary>The HTTP gateway of a silo: any one will do. Owns its connections. What goes wrong is a <see cref="CliException"/> that says what and what to do. Safe for concurrent use.</summary>
internal sealed class Gateway : IDisposable
{
    private readonly HttpClient _http;
    private string? _cluster;

    /// <summary>The gateway at an address.</summary>
    /// <param name="url">Where it listens.</param>
    /// <param name="user">user:password where access is controlled; null without.</param>
    public Gateway(Uri url, string? user)
    {
        // Streams and imports last as long as they last; Ctrl-C ends them.
        _http = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        if (user is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        }
    }

    /// <summary>A name as a part of a path.</summary>
    public static string Escape(string name) => Uri.EscapeDataString(name);

    /// <summary>JSON as a body.</summary>
    public static HttpContent Json(JsonNode body, string mediaType = "application/json") => new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType);

    /// <summary>The path of the cluster's resources of version 3.</summary>
    public async Task<string> ClusterPathAsync(CancellationToken stop)
    {
        _cluster ??= (string)(await GetAsync("/v3/clusters", stop))["data"]![0]!["cluster_id"]!;
        return $"/v3/clusters/{Escape(_cluster)}";
    }

    /// <summary>A resource as JSON.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken stop) => await SendAsync(HttpMethod.Get, path, null, stop) ?? new JsonObject();

    /// <summary>A resource, or null when it is not there.</summary>
    public async Task<JsonNode?> FindAsync(string path, CancellationToken stop)
    {
        using HttpResponseMessage response = await AskAsync(new HttpRequestMessage(HttpMethod.Get, path), stop);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await ReadAsync(response, stop);
    }

    /// <summary>Sends a body and returns the answer's, if it has one.</summary>
    public Task<JsonNode?> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken stop) => SendAsync(new HttpRequestMessage(method, path) { Content = body }, stop);

    /// <summary>Sends a request and returns the answer's body, if it has one.</summary>
    public async Task<JsonNode?> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using HttpResponseMessage response = await AskAsync(request, stop);
        return await ReadAsync(response, stop);
    }

    /// <summary>Follows a stream of server-sent events to its end.</summary>
    public async IAsyncEnumerable<SseItem<string>> StreamAsync(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        using HttpResponseMessage response = await OpenAsync(HttpMethod.Get, path, stop);
        await using Stream body = await response.Content.ReadAsStreamAsync(stop);
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(stop))
        {
            yield return item;
        }
    }

    /// <summary>Begins to read an answer of any length. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, CancellationToken stop)
    {
        HttpResponseMessage response = await AskAsync(new HttpRequestMessage(method, path), stop);
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw await RefusalAsync(response, stop);
            }
        }
        return response;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException failure)
        {
            throw new CliException(ExitCodes.Unreachable, $"No answer from {_http.BaseAddress}: {failure.Message} Is a silo running there? Say where with --url or STREAMCOORD_URL.");
        }
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusalAsync(response, stop);
        }
        string text = await response.Content.ReadAsStringAsync(stop);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task<CliException> RefusalAsync(HttpResponseMessage response, CancellationToken stop)
    {
        string text = await response.Content.ReadAsStringAsync(stop);
        return new CliException(ExitCodes.Refused, MessageOf(text) ?? $"The gateway answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }

    private static string? MessageOf(string text)
    {
        try
        {
            JsonNode? error = JsonNode.Parse(text);
            string? code = (string?)error?["code"];
            string? message = (string?)error?["message"] ?? (string?)error?["detail"] ?? (string?)error?["title"];
            return code is null || message is null ? message ?? code : $"{code}: {message}";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
