using System.Threading.Channels;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Takes over what a connection has to say and keeps it, within a limit, until the stream's client takes it. It never makes the connection wait: behind the limit
/// the stream ends, and its client can go on from the last event it got. Written by one thread at a time, read by one.
/// </summary>
internal sealed class WatchFeed(int itemsMax) : IConnectionSink
{
    /// <summary>The tag of the request that arms the watch.</summary>
    public const long ArmTag = 1;

    /// <summary>The tag of the requests that ask for a sign of life.</summary>
    public const long LifeTag = 2;

    private readonly Channel<WatchItem> _items = Channel.CreateBounded<WatchItem>(new BoundedChannelOptions(itemsMax) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<ZNodeReply> _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Events and signs of life in their order. Ends when the connection cannot go on.</summary>
    public ChannelReader<WatchItem> Items => _items.Reader;

    /// <summary>The reply to the request that arms the watch.</summary>
    public Task<ZNodeReply> Armed => _armed.Task;

    /// <summary>Why the items end; null while they go on.</summary>
    public string? EndReason { get; private set; }

    public void Event(WatchEvent watchEvent, bool replayed)
    {
        if (!_items.Writer.TryWrite(new WatchItem(watchEvent, watchEvent.Zxid)))
        {
            End("The client does not read as fast as znodes change.");
        }
    }

    public void Reply(long tag, ZNodeReply reply)
    {
        if (tag == ArmTag)
        {
            _armed.TrySetResult(reply);
        }
        else if (reply.IsOk)
        {
            _items.Writer.TryWrite(new WatchItem(null, reply.Zxid));
        }
        else
        {
            End(reply.Message ?? $"The watch is gone: {reply.Error}.");
        }
    }

    public void Flush()
    {
        // Whoever reads the items is woken by each of them.
    }

    public void Broken(string reason)
    {
        _armed.TrySetResult(ZNodeReply.Refused(ZNodeError.ConnectionLoss, reason));
        End(reason);
    }

    private void End(string reason)
    {
        EndReason ??= reason;
        _items.Writer.TryComplete();
    }
}

/// <summary>An event, or without one a sign of life: everything up to a transaction was told.</summary>
/// <param name="Event">The event.</param>
/// <param name="Zxid">Its transaction, or the one up to which everything was told.</param>
internal readonly record struct WatchItem(WatchEvent? Event, Zxid Zxid);
