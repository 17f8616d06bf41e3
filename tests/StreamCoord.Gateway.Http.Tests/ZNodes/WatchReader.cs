using System.Text.Json;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

/// <summary>Reads a watch stream as a client does.</summary>
internal sealed class WatchReader : IAsyncDisposable
{
    /// <summary>An event that does not come fails a test instead of hanging it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _lines = new StreamReader(stream);
        _limit.CancelAfter(Limit);
    }

    /// <summary>The newest id, also of a sign of life: what a client sends to go on.</summary>
    public string? LastEventId { get; private set; }

    public List<string> Comments { get; } = [];

    public static async Task<WatchReader> OpenAsync(GatewayHost host, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        HttpResponseMessage response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        return new WatchReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event as <c>name path zxid-counter</c>; null at the end.</summary>
    public async Task<string?> NextAsync()
    {
        while (await ReadAsync() is { } block)
        {
            if (block.Event is not null)
            {
                using var data = JsonDocument.Parse(block.Data!);
                Assert.Equal(["path", "zxid"], data.RootElement.EnumerateObject().Select(member => member.Name));
                Assert.True(Zxid.TryParse(data.RootElement.GetProperty("zxid").GetString(), out Zxid zxid));
                return $"{block.Event} {data.RootElement.GetProperty("path").GetString()} {zxid.Counter}";
            }
        }
        return null;
    }

    /// <summary>Reads until a sign of life, which must come before any event.</summary>
    public async Task LifeAsync()
    {
        string? before = LastEventId;
        while (LastEventId == before)
        {
            Assert.Null((await ReadAsync())!.Value.Event);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        _lines.Dispose();
        _limit.Dispose();
        await ValueTask.CompletedTask;
    }

    private async Task<(string? Event, string? Data)?> ReadAsync()
    {
        (string? Event, string? Data, string? Id) block = default;
        while (await _lines.ReadLineAsync(_limit.Token) is { } line)
        {
            if (line.Length == 0)
            {
                LastEventId = block.Id ?? LastEventId;
                return (block.Event, block.Data);
            }
            string[] parts = line.Split(": ", 2);
            Assert.Equal(2, parts.Length);
            switch (parts[0])
            {
                case "id":
                    block.Id = parts[1];
                    break;
                case "event":
                    block.Event = parts[1];
                    break;
                case "data":
                    block.Data = parts[1];
                    break;
                default:
                    Comments.Add(line);
                    break;
            }
        }
        return null;
    }
}
