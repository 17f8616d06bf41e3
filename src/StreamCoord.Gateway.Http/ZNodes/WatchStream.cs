using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.Events;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Writes one client's watch stream: what it missed, from the log, up to the transaction at which the watch was armed, and from there on what the watch tells. So nothing
/// is lost between the two, and nothing comes twice. Used by one request.
/// </summary>
internal sealed class WatchStream(WatchFeed feed, WatchEventSequence sequence, Zxid armed, PipeWriter output) : IDisposable
{
    private const int SendBytes = 32 * 1024;
    private readonly EventBuffer _events = new();

    /// <summary>Streams until <paramref name="stop"/> or until the connection cannot go on.</summary>
    /// <param name="path">The watched znode.</param>
    /// <param name="missed">What the client missed, its first event already fetched; null for nothing.</param>
    /// <param name="stop">Set when the client is gone or the service stops.</param>
    public async Task RunAsync(string path, IAsyncEnumerator<WatchEvent>? missed, CancellationToken stop)
    {
        _events.WriteComment($"watching {Uri.EscapeDataString(path)}");
        await SendAsync(stop);
        if (missed is not null && !await TryWriteMissedAsync(missed, stop))
        {
            return;
        }
        WriteLife(armed);
        await SendAsync(stop);
        while (await feed.Items.WaitToReadAsync(stop))
        {
            while (feed.Items.TryRead(out WatchItem item))
            {
                if (item.Zxid > armed || item.Event is null)
                {
                    Write(item);
                }
                await SendIfLargeAsync(stop);
            }
            await SendAsync(stop);
        }
        await EndAsync(feed.EndReason, stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _events.Dispose();

    /// <summary>False when the rest of it is no longer there; the client comes back and learns that.</summary>
    private async Task<bool> TryWriteMissedAsync(IAsyncEnumerator<WatchEvent> missed, CancellationToken stop)
    {
        try
        {
            do
            {
                if (missed.Current.Zxid > armed)
                {
                    break;
                }
                WriteEvent(missed.Current);
                await SendIfLargeAsync(stop);
            }
            while (await missed.MoveNextAsync());
            return true;
        }
        catch (HistoryGoneException exception)
        {
            await EndAsync(exception.Message, stop);
            return false;
        }
    }

    private void Write(WatchItem item)
    {
        if (item.Event is { } watchEvent)
        {
            WriteEvent(watchEvent);
        }
        else
        {
            WriteLife(item.Zxid);
        }
    }

    private void WriteEvent(WatchEvent watchEvent)
    {
        if (sequence.Place(watchEvent) is not { } position)
        {
            return;
        }
        _events.Bytes.Write(Encoding.UTF8.GetBytes($"id: {position}\nevent: {WordOf(watchEvent.Type)}\n"));
        Utf8JsonWriter json = _events.BeginData();
        json.WriteStartObject();
        json.WriteString("path", watchEvent.Path);
        json.WriteString("zxid", watchEvent.Zxid.ToString());
        json.WriteEndObject();
        _events.EndData();
    }

    /// <summary>Moves the client's position without an event, so that a quiet stream can be resumed although the log grows and is cut behind it.</summary>
    private void WriteLife(Zxid zxid) => _events.Bytes.Write(Encoding.UTF8.GetBytes($": heartbeat\nid: {WatchPosition.After(zxid)}\n\n"));

    private Task EndAsync(string? reason, CancellationToken stop)
    {
        _events.WriteComment($"The stream ends: {reason} Open it again with the header Last-Event-ID.");
        return SendAsync(stop);
    }

    private ValueTask SendIfLargeAsync(CancellationToken stop) => _events.Bytes.WrittenBytes < SendBytes ? default : new ValueTask(SendAsync(stop));

    private async Task SendAsync(CancellationToken stop)
    {
        await output.WriteAsync(_events.Bytes.WrittenMemory, stop);
        _events.Clear();
    }

    private static string WordOf(WatchEventType type) => type switch
    {
        WatchEventType.Created => "created",
        WatchEventType.Deleted => "deleted",
        WatchEventType.DataChanged => "data_changed",
        _ => "children_changed",
    };
}
