using System.Text.Json;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests.ZNodes;

/// <summary>A client of one watch stream. Owns its response. Used by one caller at a time.</summary>
internal sealed class WatchStreamReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchStreamReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    /// <summary>The newest id, also of a sign of life: what a client sends to go on behind it.</summary>
    public string? LastEventId { get; private set; }

    public static async Task<WatchStreamReader> OpenAsync(SiloProcess silo, string path, string mode, string? lastEventId, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/znodes{path}?view=watch&mode={mode}");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        HttpResponseMessage response = await silo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        Assert.True(response.IsSuccessStatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(stop));
        return new WatchStreamReader(response, await response.Content.ReadAsStreamAsync(stop));
    }

    /// <summary>The next events, as <c>name path zxid</c>.</summary>
    public async Task<List<string>> ReadAsync(int count, CancellationToken stop)
    {
        var events = new List<string>();
        while (events.Count < count)
        {
            if (await NextAsync(stop) is { } next)
            {
                events.Add(next);
            }
        }
        return events;
    }

    /// <summary>Reads a sign of life.</summary>
    public async Task ReadLifeAsync(CancellationToken stop) => Assert.Null(await NextAsync(stop));

    /// <summary>Reads to the next id; null for a sign of life.</summary>
    private async Task<string?> NextAsync(CancellationToken stop)
    {
        string? id = null, name = null, data = null;
        while (await _lines.ReadLineAsync(stop) is { } line)
        {
            if (line.Length > 0)
            {
                id = Value(line, "id: ") ?? id;
                name = Value(line, "event: ") ?? name;
                data = Value(line, "data: ") ?? data;
            }
            else if (id is not null)
            {
                LastEventId = id;
                return name is null ? null : Describe(name, data!);
            }
        }
        throw new EndOfStreamException($"The stream ended behind {LastEventId}.");
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private static string Describe(string name, string data)
    {
        using JsonDocument document = JsonDocument.Parse(data);
        return $"{name} {document.RootElement.GetProperty("path").GetString()} {document.RootElement.GetProperty("zxid").GetString()}";
    }

    private static string? Value(string line, string field) => line.StartsWith(field, StringComparison.Ordinal) ? line[field.Length..] : null;
}
