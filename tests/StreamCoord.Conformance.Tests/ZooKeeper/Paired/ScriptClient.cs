using System.Buffers.Binary;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>One connection of a scenario. Every frame that arrives becomes a line of its script. Not safe for concurrent use.</summary>
internal sealed class ScriptClient(Script script, char name, RawConnection connection) : IDisposable
{
    private readonly Queue<(int Xid, Request Request)> _sent = new();
    private long _newestReplyZxid;
    private bool _hidesForeignEvents;

    /// <summary>What the handshake was answered; null for a closed connection.</summary>
    public ConnectReply? Session { get; private set; }

    /// <summary>From now on only what happens below the scenario's znode is written down.</summary>
    public void HideForeignEvents() => _hidesForeignEvents = true;

    public async Task HandshakeAsync(ConnectRequest request, KnownDifference? known = null)
    {
        await connection.SendAsync(request.ToFrame());
        await ReadHandshakeAsync(known);
    }

    /// <summary>Asks, and reads up to the answer.</summary>
    public async Task<ScriptReply> CallAsync(Request request, KnownDifference? known = null)
    {
        await SendAsync(request);
        return await ReadReplyAsync(known);
    }

    /// <summary>Asks one after the other.</summary>
    public async Task CallAsync(params Request[] requests)
    {
        foreach (Request request in requests)
        {
            await CallAsync(request);
        }
    }

    /// <summary>Asks for all at once, then reads all answers.</summary>
    public async Task PipelineAsync(params Request[] requests)
    {
        int[] xids = await connection.SendAsync(requests);
        foreach ((Request request, int xid) in requests.Zip(xids))
        {
            _sent.Enqueue((xid, request));
        }
        foreach (Request _ in requests)
        {
            await ReadReplyAsync();
        }
    }

    /// <summary>Asks and does not wait.</summary>
    public async Task SendAsync(Request request) => _sent.Enqueue((await connection.SendAsync(request), request));

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(byte[] bytes) => connection.SendAsync(bytes);

    /// <summary>Sends bytes that hold, or complete, some requests; behind a handshake, in one piece with it, when there is one.</summary>
    public async Task SendAsync(byte[] bytes, ConnectRequest? behind, params Request[] requests)
    {
        foreach (Request request in requests)
        {
            _sent.Enqueue((request.Xid ?? 1, request));
        }
        await connection.SendAsync([.. behind?.ToFrame() ?? [], .. bytes]);
        if (behind is not null)
        {
            await ReadHandshakeAsync();
        }
    }

    /// <summary>Says that nothing more is sent.</summary>
    public void EndSending() => connection.EndSending();

    /// <summary>Reads up to the answer to the oldest request; a closed connection is an answer too.</summary>
    public async Task<ScriptReply> ReadReplyAsync(KnownDifference? known = null)
    {
        (int xid, Request request) = _sent.Dequeue();
        while (await connection.ReadAsync() is { } frame)
        {
            int frameXid = BinaryPrimitives.ReadInt32BigEndian(frame);
            long zxid = BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(4));
            if (frameXid == Opcode.NotificationXid)
            {
                SayNotification(frame, zxid);
                continue;
            }
            Assert.True(frameXid == xid || frameXid == Opcode.XidOf(request.Opcode), $"Answers come in the order of requests: {xid} was the oldest and {frameXid} came.");
            script.Say($"{name} {request.Opcode}", ReplyWords.Of(frame, request.Opcode, script.Mask), known);
            _newestReplyZxid = Math.Max(_newestReplyZxid, zxid);
            return new ScriptReply(zxid, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(12)), IsClosed: false);
        }
        script.Say($"{name}", "closed", known);
        return new ScriptReply(0, 0, IsClosed: true);
    }

    /// <summary>Reads what was sent to this client before now: an answer comes behind all events of what it shows.</summary>
    /// <param name="sorted">True when the events have no order among themselves.</param>
    public async Task DrainAsync(bool sorted = false)
    {
        int from = script.Count;
        await CallAsync(Request.Exists("/zookeeper"));
        if (sorted)
        {
            script.SortFrom(from);
        }
    }

    /// <summary>Waits for an event.</summary>
    public async Task ExpectEventAsync()
    {
        byte[]? frame = await connection.ReadAsync();
        Assert.NotNull(frame);
        Assert.Equal(Opcode.NotificationXid, BinaryPrimitives.ReadInt32BigEndian(frame));
        SayNotification(frame, BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(4)));
    }

    /// <summary>The server must close the connection, and say nothing more before.</summary>
    public async Task ExpectCloseAsync()
    {
        byte[]? frame = await connection.ReadAsync();
        script.Say($"{name}", frame is null ? "closed" : $"not closed: {Convert.ToHexString(frame)}");
    }

    /// <summary>The client is gone, without a word.</summary>
    public void Dispose() => connection.Dispose();

    private async Task ReadHandshakeAsync(KnownDifference? known = null)
    {
        byte[]? frame = await connection.ReadAsync();
        Session = frame is null ? null : ConnectReply.Parse(frame);
        script.Say($"{name}", Session is { } reply
            ? $"protocol={reply.ProtocolVersion} timeout={reply.TimeoutMs} session={(reply.SessionId == 0 ? "0" : script.Mask.AddSession(reply.SessionId))} " +
              $"password={script.Mask.Password(reply.Password)} rest={Convert.ToHexString(reply.Rest)}"
            : "closed", known);
    }

    private void SayNotification(byte[] frame, long zxid)
    {
        // Since 3.9 an event tells the zxid of what has happened; never one of which an answer has told already.
        Assert.True(zxid == -1 || zxid > _newestReplyZxid, $"An event of 0x{zxid:x} came behind an answer of 0x{_newestReplyZxid:x}.");
        string words = ReplyWords.Of(frame, null, script.Mask);
        if (!_hidesForeignEvents || words.Contains($"'{script.Root}", StringComparison.Ordinal))
        {
            script.Say($"{name}", words);
        }
    }
}
