using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Events;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /v1/znodes/{path}?view=watch: changes as server-sent events. Safe for concurrent use.</summary>
internal sealed class ZNodeWatchResource(
    ICoordination coordination, ZNodeRequests requests, TimeProvider time, IHostApplicationLifetime lifetime, StreamSlots slots, IOptions<HttpGatewayOptions> options)
{
    public async Task GetAsync(HttpContext context, string path)
    {
        try
        {
            await WatchAsync(context, path);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.Response.HasStarted)
        {
            RequestException.Throw(ZNodeErrors.NotYet("This silo stops. Ask another one, or try again."));
        }
    }

    private async Task WatchAsync(HttpContext context, string path)
    {
        WatchMode mode = WatchModes.Of(context);
        WatchPosition? resumeAt = ResumePosition(context.Request);
        using IDisposable slot = slots.Take();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        ZNodeCaller caller = await requests.CallerAsync(context);
        await requests.AwaitStateAsync(context);
        if (resumeAt is { } position)
        {
            await requests.WaitAppliedAsync(position.Zxid, stop.Token);
        }

        // First the watch, then the log up to the transaction at which the watch was armed: so there is no gap between them.
        var feed = new WatchFeed(options.Value.StreamQueuedEventsMax);
        await using ICoordinationConnection connection = coordination.Connect(caller, feed);
        connection.AddWatch(WatchFeed.ArmTag, path, mode.Armed());
        ZNodeReply armed = await feed.Armed.WaitAsync(stop.Token);
        ZNodeErrors.ThrowIfFailed(armed);
        WatchPosition start = resumeAt ?? WatchPosition.After(armed.Zxid);
        await using IAsyncEnumerator<WatchEvent>? missed =
            start.Complete < armed.Zxid ? await FindMissedAsync(caller, path, mode, start, stop.Token) : null;

        using var stream = new WatchStream(feed, new WatchEventSequence(path, mode, start), armed.Zxid, context.Response.BodyWriter);
        EventStreamReply.Begin(context);
        await RunAsync(stream.RunAsync(path, missed, stop.Token), connection, path, mode, stop);
    }

    /// <summary>Runs the stream, with signs of life, until its client is gone or the service stops: the usual ends.</summary>
    private async Task RunAsync(Task stream, ICoordinationConnection connection, string path, WatchMode mode, CancellationTokenSource stop)
    {
        Task life = BeatAsync(connection, path, mode, stop.Token);
        try
        {
            await stream;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody is there to hear more.
        }
        finally
        {
            await stop.CancelAsync();
            await life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeatAsync(ICoordinationConnection connection, string path, WatchMode mode, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.StreamHeartbeatMs), time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            connection.CheckWatches(WatchFeed.LifeTag, path, mode.Armed());
        }
    }

    /// <summary>What the client missed, its first event fetched, or null when that is nothing.</summary>
    private async Task<IAsyncEnumerator<WatchEvent>?> FindMissedAsync(
        ZNodeCaller caller, string path, WatchMode mode, WatchPosition start, CancellationToken stop)
    {
        IAsyncEnumerator<WatchEvent> missed = coordination.ReadHistoryAsync(caller, path, mode.History(), start.Complete, stop).GetAsyncEnumerator(stop);
        try
        {
            if (await missed.MoveNextAsync())
            {
                return missed;
            }
        }
        catch (HistoryGoneException exception)
        {
            await missed.DisposeAsync();
            RequestException.Throw(ZNodeErrors.Gone($"{exception.Message} Read the znode again and open a new stream, without the header Last-Event-ID."));
        }
        await missed.DisposeAsync();
        return null;
    }

    private static WatchPosition? ResumePosition(HttpRequest request)
    {
        string? id = request.Headers["Last-Event-ID"];
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }
        return WatchPosition.Parse(id)
            ?? throw new RequestException(ZNodeErrors.BadArguments("The header Last-Event-ID is not the id of an event of this stream."));
    }
}
