using System.Threading.Channels;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Hands a connection's output to a client app in its order: events to the observer, one call at a time, replies to their callers. Owns the connection. Safe for concurrent use.
/// </summary>
internal sealed class ClientLine : IConnectionSink
{
    private const int EventsPerCall = 1_000;

    private readonly ICoordinationConnection _connection;
    private readonly IZNodeObserver _observer;
    private readonly Channel<(WatchEvent? Event, long Tag, ZNodeReply? Reply)> _output =
        Channel.CreateUnbounded<(WatchEvent?, long, ZNodeReply?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Dictionary<long, TaskCompletionSource<ZNodeReply>> _callers = [];
    private readonly Lock _lock = new();
    private long _newestTag;
    private string? _ended;

    public ClientLine(ICoordination coordination, ZNodeCaller caller, IZNodeObserver observer)
    {
        _observer = observer;
        _connection = coordination.Connect(caller, this);
        _ = DeliverAsync();
    }

    /// <summary>On whose behalf the requests to come are made.</summary>
    public ZNodeCaller Caller
    {
        get => _connection.Caller;
        set => _connection.Caller = value;
    }

    public Task<ZNodeReply> RunAsync(Action<ICoordinationConnection, long> request)
    {
        var completion = new TaskCompletionSource<ZNodeReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_ended is not null)
            {
                return Task.FromResult(Lost(_ended));
            }
            _callers.Add(++_newestTag, completion);
            request(_connection, _newestTag);
        }
        return completion.Task;
    }

    public async Task EndAsync(string reason)
    {
        End(reason);
        await _connection.DisposeAsync();
    }

    void IConnectionSink.Event(WatchEvent watchEvent, bool replayed) => _output.Writer.TryWrite((watchEvent, 0, null));

    void IConnectionSink.Reply(long tag, ZNodeReply reply) => _output.Writer.TryWrite((null, tag, reply));

    void IConnectionSink.Flush()
    {
    }

    void IConnectionSink.Broken(string reason) => End(reason);

    private async Task DeliverAsync()
    {
        var events = new List<WatchEvent>();
        try
        {
            while (await _output.Reader.WaitToReadAsync())
            {
                while (_output.Reader.TryRead(out (WatchEvent? Event, long Tag, ZNodeReply? Reply) item))
                {
                    if (item.Event is not null)
                    {
                        events.Add(item.Event);
                    }
                    if (events.Count > 0 && (item.Reply is not null || events.Count >= EventsPerCall || !_output.Reader.TryPeek(out _)))
                    {
                        await _observer.OnEvents([.. events]);
                        events.Clear();
                    }
                    if (item.Reply is not null)
                    {
                        Complete(item.Tag, item.Reply);
                    }
                }
            }
        }
#pragma warning disable CA1031 // However the observer fails, the client has lost an event and must know.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await EndAsync($"The observer failed: {exception.Message}");
        }
    }

    private void Complete(long tag, ZNodeReply reply)
    {
        TaskCompletionSource<ZNodeReply>? caller;
        lock (_lock)
        {
            _callers.Remove(tag, out caller);
        }
        caller?.TrySetResult(reply);
    }

    private void End(string reason)
    {
        lock (_lock)
        {
            _ended ??= reason;
            foreach (TaskCompletionSource<ZNodeReply> caller in _callers.Values)
            {
                caller.TrySetResult(Lost(reason));
            }
            _callers.Clear();
        }
        _output.Writer.TryComplete();
    }

    private static ZNodeReply Lost(string reason) => ZNodeReply.Refused(ZNodeError.ConnectionLoss, reason);
}
