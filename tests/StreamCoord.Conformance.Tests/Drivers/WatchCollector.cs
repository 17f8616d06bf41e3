using System.Text.Json;

namespace StreamCoord.Conformance.Tests.Drivers;

/// <summary>Reads one watch stream to its end in the background and keeps what it told.</summary>
internal sealed class WatchCollector : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly HttpResponseMessage _response;
    private readonly List<(long Zxid, string Type, string Path)> _events = [];
    private readonly Task _reading;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _toldUpTo = -1;

    private WatchCollector(string mode, HttpResponseMessage response)
    {
        Mode = mode;
        _response = response;
        _reading = ReadAsync();
    }

    /// <summary>What it watches: data, children or recursive.</summary>
    public string Mode { get; }

    /// <summary>Opens a stream and waits until it is armed.</summary>
    public static async Task<WatchCollector> OpenAsync(HttpClient http, HttpRequestMessage request, string mode)
    {
        HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var collector = new WatchCollector(mode, response);
        await collector.WaitAsync(0);
        return collector;
    }

    /// <summary>The events up to a transaction, in their order, once all are told.</summary>
    public async Task<IReadOnlyList<(long Zxid, string Type, string Path)>> EventsAsync(long upTo)
    {
        await WaitAsync(upTo);
        lock (_sync)
        {
            return [.. _events];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WaitAsync(long upTo)
    {
        while (true)
        {
            Task moved;
            lock (_sync)
            {
                if (_toldUpTo >= upTo)
                {
                    return;
                }
                moved = _moved.Task;
            }
            await moved.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private async Task ReadAsync()
    {
        using var lines = new StreamReader(await _response.Content.ReadAsStreamAsync());
        string? id = null, type = null, data = null;
        while (await lines.ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case "":
                    Take(id, type, data);
                    (id, type, data) = (null, null, null);
                    break;
                case ['i', 'd', ':', ' ', .. string value]:
                    id = value;
                    break;
                case ['e', 'v', 'e', 'n', 't', ':', ' ', .. string value]:
                    type = value;
                    break;
                case ['d', 'a', 't', 'a', ':', ' ', .. string value]:
                    data = value;
                    break;
            }
        }
    }

    private void Take(string? id, string? type, string? data)
    {
        lock (_sync)
        {
            if (type is not null)
            {
                using var document = JsonDocument.Parse(data!);
                _events.Add((HttpConnection.Number(document.RootElement.GetProperty("zxid").GetString()!), type, document.RootElement.GetProperty("path").GetString()!));
            }
            else if (id is not null)
            {
                _toldUpTo = HttpConnection.Number(id[..id.IndexOf(':', StringComparison.Ordinal)]);
                _moved.SetResult();
                _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
