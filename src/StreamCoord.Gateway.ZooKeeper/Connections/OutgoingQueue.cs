using System.IO.Pipelines;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>
/// What a connection has begun and not sent yet, in the order in which the client gets it. It takes what the tree hands over without ever waiting, writes it as fast as the client reads, and
/// says when nothing more may be begun.
/// </summary>
/// <remarks>
/// Owns the writing half of the pipe. Requests are begun by one thread at a time, the sink is called by one at a time; both may be at work at once, and messages are written by whoever flushes
/// while nobody else does. A message is encoded when it is sent: before, it holds only references into the tree. Requests under way &lt;= <see cref="ZooKeeperGatewayOptions.OutstandingRequestsMax"/> and
/// their bytes, with those of the replies, &lt;= <see cref="ZooKeeperGatewayOptions.OutstandingBytesMax"/> but for a first one and for what the requests under way bring in.
/// </remarks>
internal sealed class OutgoingQueue(PipeWriter output, ZooKeeperGatewayOptions options, ConnectionStatistics statistics) : IConnectionSink
{
    /// <summary>So many bytes are encoded before the pipe is flushed.</summary>
    private const int FlushBytes = 64 * 1_024;

    /// <summary>What a name in a list of children is taken for, when the size of a reply is estimated.</summary>
    private const int NameBytes = 64;

    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _begun = new();
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<Outgoing> _waiting = [];
    private List<Outgoing> _writing = [];
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _idle;
    private int _requests;
    private int _events;
    private long _heldBytes;
    private bool _isWriting;

    /// <summary>Ends when nothing more can be sent: the last message has gone, or cannot go. The result says what went wrong; null when nothing did. Fails when a message cannot be made.</summary>
    public Task<string?> Ended => _ended.Task;

    private bool HasRoom => _requests == 0 || (_requests < options.OutstandingRequestsMax && _heldBytes < options.OutstandingBytesMax);

    /// <summary>Notes a request that is about to be handed to the tree.</summary>
    public void Begin(in PendingRequest request)
    {
        lock (_gate)
        {
            _begun.Enqueue(request);
            _requests++;
            _heldBytes += request.Ticket.SizeBytes;
        }
    }

    /// <summary>Ends when another request may be begun.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            return HasRoom ? Task.CompletedTask : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Ends when everything that was begun is answered and sent.</summary>
    public Task WaitForIdleAsync()
    {
        lock (_gate)
        {
            return _requests == 0 && !_isWriting
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>How many requests are under way.</summary>
    public int Outstanding => Volatile.Read(ref _requests);

    /// <inheritdoc/>
    public void Event(WatchEvent watchEvent, bool replayed)
    {
        bool isTooMany;
        lock (_gate)
        {
            isTooMany = _events >= options.UnsentEventsMax;
            if (!isTooMany)
            {
                _events++;
                _waiting.Add(new Outgoing(default, null, watchEvent, replayed, 0));
            }
        }
        if (isTooMany)
        {
            _ended.TrySetResult($"{options.UnsentEventsMax} events wait for the client, which does not read them (ZooKeeper:{nameof(ZooKeeperGatewayOptions.UnsentEventsMax)}).");
        }
    }

    /// <inheritdoc/>
    public void Reply(long tag, ZNodeReply reply)
    {
        long bytes = (reply.Data?.Length ?? 0) + ((long)NameBytes * (reply.Names?.Count ?? 0));
        lock (_gate)
        {
            PendingRequest request = _begun.Dequeue();
            _heldBytes += bytes;
            _waiting.Add(new Outgoing(request, reply, null, false, bytes + request.Ticket.SizeBytes));
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _waiting.Count == 0)
            {
                return;
            }
            _isWriting = true;
        }
        _ = WriteAsync();
    }

    /// <inheritdoc/>
    public void Broken(string reason)
    {
        lock (_gate)
        {
            _waiting.Add(default);
        }
        statistics.BrokenReason = reason;
        Flush();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (TryTake())
            {
                int unflushedBytes = 0;
                foreach (Outgoing message in _writing)
                {
                    unflushedBytes += Write(message);
                    bool isEnd = message.IsEnd;
                    if (isEnd || unflushedBytes >= FlushBytes)
                    {
                        unflushedBytes = 0;
                        if ((await output.FlushAsync()).IsCompleted || isEnd)
                        {
                            _ended.TrySetResult(statistics.BrokenReason);
                            return;
                        }
                    }
                }
                if (unflushedBytes > 0 && (await output.FlushAsync()).IsCompleted)
                {
                    _ended.TrySetResult(null);
                    return;
                }
                Release();
            }
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _ = failure is IOException or OperationCanceledException ? _ended.TrySetResult(null) : _ended.TrySetException(failure);
        }
    }

    private bool TryTake()
    {
        lock (_gate)
        {
            _isWriting = _waiting.Count > 0;
            (_waiting, _writing) = (_writing, _waiting);
            if (!_isWriting && _requests == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
            return _isWriting;
        }
    }

    private int Write(in Outgoing message)
    {
        if (message.Event is { } watchEvent)
        {
            statistics.Sent();
            // What was missed has no transaction of its own.
            var header = new ReplyHeader(Xids.Event, message.IsReplayed ? new Zxid(-1) : watchEvent.Zxid, ZNodeError.Ok);
            return JuteFrame.Write(output, header, new WatcherEvent((int)watchEvent.Type, WatcherEvent.SyncConnected, watchEvent.Path));
        }
        if (message.Reply is not { } reply)
        {
            return 0;
        }
        return Write(message.Request, reply);
    }

    private int Write(in PendingRequest request, ZNodeReply reply)
    {
        ZNodeError error = request.Refusal != ZNodeError.Ok ? request.Refusal : request.Ticket.Handler.ErrorOf(reply);
        var header = new ReplyHeader(request.Ticket.Xid, request.Ticket.Handler.ZxidOf(reply), error);
        statistics.Answered(request.Ticket, header.Zxid);
        return error == ZNodeError.Ok
            ? request.Ticket.Handler.WriteReply(output, header, reply, request.Note)
            : JuteFrame.Write(output, header, default(EmptyRecord));
    }

    private void Release()
    {
        int requests = 0;
        long heldBytes = 0;
        foreach (Outgoing message in _writing)
        {
            requests += message.Reply is null ? 0 : 1;
            heldBytes += message.HeldBytes;
        }
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _events -= _writing.Count - requests;
            _requests -= requests;
            _heldBytes -= heldBytes;
            if (HasRoom)
            {
                (room, _room) = (_room, null);
            }
            _writing.Clear();
            if (_writing.Capacity > options.OutstandingRequestsMax)
            {
                _writing = [];
            }
        }
        room?.SetResult();
    }
}
