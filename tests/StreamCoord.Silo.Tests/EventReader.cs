using System.Text.Json;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>A client of one live stream of records. Owns its response. Used by one caller at a time.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    /// <summary>The id of the last event read, to go on behind it.</summary>
    public string? LastEventId { get; private set; }

    public static async Task<EventReader> OpenAsync(SiloProcess silo, string topic, string from, string? lastEventId, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/topics/{topic}/records:stream?from={from}");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        HttpResponseMessage response = await silo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        response.EnsureSuccessStatusCode();
        return new EventReader(response, await response.Content.ReadAsStreamAsync(stop));
    }

    /// <summary>The values of the next records.</summary>
    public async Task<List<string?>> ReadValuesAsync(int count, CancellationToken stop)
    {
        List<string?> values = [];
        while (values.Count < count)
        {
            string line = await _lines.ReadLineAsync(stop) ?? throw new EndOfStreamException($"The stream ended after {values.Count} records.");
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                LastEventId = line["id: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using JsonDocument record = JsonDocument.Parse(line["data: ".Length..]);
                values.Add(record.RootElement.GetProperty("value").GetString());
            }
        }
        return values;
    }

    /// <summary>What is left until the server ends the stream.</summary>
    public Task<string> ReadToEndAsync(CancellationToken stop) => _lines.ReadToEndAsync(stop);

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
