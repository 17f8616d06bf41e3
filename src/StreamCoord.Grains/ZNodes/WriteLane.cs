using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Gathers the writes of this silo into few calls to the sequencer, in the order in which they come. While some calls are under way the next writes gather, so one write
/// travels alone and a thousand together.
/// </summary>
/// <remarks>
/// One per silo; safe for concurrent use. A reply comes when the transaction is durable and this silo has applied it. When a call fails, or the sequencer's term ends, what was under
/// way is answered with <see cref="ZNodeError.ConnectionLoss"/>, and the next writes go to the next term. Always: writes that succeed have zxids in the order of their calls.
/// </remarks>
internal sealed class WriteLane(ZNodeGrains grains, TreeFeed feed)
{
    private const int BatchesUnderWayMax = 4;

    private const int BatchRequestsMax = 4_096;

    /// <summary>More than this in front of the sequencer would only wait: it is refused, and nothing of it was carried out.</summary>
    private const int WaitingMax = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingWrite> _waiting = [];
    private Guid _sender = Guid.NewGuid();
    private LeaderEpoch _term = LeaderEpoch.Unknown;
    private long _nextNumber;
    private int _underWay;
    private bool _isConnecting;

    private IZNodeTreeGrain Sequencer => grains.Sequencer;

    /// <summary>Carries out a write behind those that were given before.</summary>
    public Task<ZNodeReply> WriteAsync(ZNodeCaller caller, WriteOperation operation)
    {
        var write = new AwaitedWrite(new WriteRequest(caller, operation));
        Write(write);
        return write.Reply;
    }

    /// <summary>The same for whoever waits in another way than by a task.</summary>
    public void Write(PendingWrite write)
    {
        lock (_lock)
        {
            if (_waiting.Count < WaitingMax)
            {
                _waiting.Enqueue(write);
                SendWaiting();
                return;
            }
        }
        write.Complete(ZNodeReply.Refused(ZNodeError.ThrottledOp, "Too many writes wait for the tree. Send it again a little later.", feed.Tree.Applied));
    }

    // With the lock held.
    private void SendWaiting()
    {
        if (_term == LeaderEpoch.Unknown)
        {
            if (!_isConnecting && _waiting.Count > 0)
            {
                _isConnecting = true;
                _ = ConnectAsync();
            }
            return;
        }
        while (_waiting.Count > 0 && _underWay < BatchesUnderWayMax)
        {
            var writes = new PendingWrite[Math.Min(_waiting.Count, BatchRequestsMax)];
            var requests = new WriteRequest[writes.Length];
            for (int i = 0; i < writes.Length; i++)
            {
                writes[i] = _waiting.Dequeue();
                requests[i] = writes[i].Request;
            }
            _underWay++;
            _ = SendAsync(new WriteBatch(_sender, _nextNumber++, _term, requests), writes);
        }
    }

    private async Task ConnectAsync()
    {
        LeaderEpoch term = LeaderEpoch.Unknown;
        string problem = "";
        try
        {
            term = await Task.Run(() => Sequencer.GetTerm());
        }
#pragma warning disable CA1031 // Whatever it is, the writes that wait must hear of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            problem = exception.Message;
        }
        lock (_lock)
        {
            _isConnecting = false;
            (_term, _sender, _nextNumber) = (term, Guid.NewGuid(), 0);
            if (term == LeaderEpoch.Unknown)
            {
                // None of these has gone anywhere yet.
                ZNodeReply refusal = ZNodeReply.Refused(ZNodeError.RequestTimeout, $"Nothing was carried out: {problem}", feed.Tree.Applied);
                while (_waiting.TryDequeue(out PendingWrite? write))
                {
                    write.Complete(refusal);
                }
            }
            SendWaiting();
        }
    }

    private async Task SendAsync(WriteBatch batch, PendingWrite[] writes)
    {
        // The batches are numbered, so they may be sent in any order; and none is sent, or answered, in the turn of a grain that happens to write.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        IReadOnlyList<ZNodeReply>? replies = null;
        string problem = "The sequencer's term ended.";
        try
        {
            replies = (await Sequencer.Submit(batch)).Replies;
            Zxid newest = Newest(replies);
            await feed.WaitAppliedAsync(newest);
        }
#pragma warning disable CA1031 // Whatever it is, the outcome is not known, and those who wait must hear of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            (replies, problem) = (null, exception.Message);
        }
        bool isLost = replies is null || replies is [{ Error: ZNodeError.ConnectionLoss }, ..];
        ZNodeReply? lost = replies is null ? ZNodeReply.Refused(ZNodeError.ConnectionLoss, $"The outcome is not known: {problem} Look before you try again.") : null;
        for (int i = 0; i < writes.Length; i++)
        {
            writes[i].Complete(lost ?? replies![i]);
        }
        lock (_lock)
        {
            _underWay--;
            if (isLost && batch.Term == _term && batch.Sender == _sender)
            {
                _term = LeaderEpoch.Unknown;
            }
            SendWaiting();
        }
    }

    private static Zxid Newest(IReadOnlyList<ZNodeReply> replies)
    {
        Zxid newest = Zxid.Zero;
        for (int i = 0; i < replies.Count; i++)
        {
            newest = Zxid.Max(newest, replies[i].Zxid);
        }
        return newest;
    }

    private sealed class AwaitedWrite(WriteRequest request) : PendingWrite(request)
    {
        private readonly TaskCompletionSource<ZNodeReply> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ZNodeReply> Reply => _completion.Task;

        public override void Complete(ZNodeReply reply) => _completion.TrySetResult(reply);
    }
}
