using System.Buffers.Binary;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Load;

/// <summary>A session of the raw client that outlives its connections. Not safe for concurrent use.</summary>
internal sealed class LoadSession : IDisposable
{
    private RawConnection? _connection;

    /// <summary>The session; null before the first connection.</summary>
    public ConnectReply? Granted { get; private set; }

    /// <summary>The highest zxid that an answer told.</summary>
    public long SeenZxid { get; private set; }

    /// <summary>The events that came, by type and path.</summary>
    public List<(int Type, string Path)> Events { get; } = [];

    /// <summary>Connects, with the session if there is one. False when the server is not there.</summary>
    public async Task<bool> TryConnectAsync(string address)
    {
        _connection?.Dispose();
        try
        {
            (_connection, ConnectReply? reply) = await RawConnection.ConnectAsync(
                address, new ConnectRequest { SessionId = Granted?.SessionId ?? 0, Password = Granted?.Password ?? new byte[16], LastZxidSeen = SeenZxid });
            Assert.True(reply is null || reply.IsAccepted, "The session has ended.");
            Granted = reply ?? Granted;
            return reply is not null;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Asks; returns the error, the body and the zxid of the answer, or null when the connection has ended.</summary>
    public async Task<(int Error, byte[] Body, long Zxid)?> CallAsync(Request request)
    {
        await SendAsync(request);
        return await ReadReplyAsync();
    }

    /// <summary>Asks and does not wait.</summary>
    public Task SendAsync(Request request) => _connection!.SendAsync(request);

    /// <summary>The next answer; events before it are noted.</summary>
    public async Task<(int Error, byte[] Body, long Zxid)?> ReadReplyAsync()
    {
        while (await _connection!.ReadAsync() is { } frame)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(frame) == Opcode.NotificationXid)
            {
                Note(frame);
                continue;
            }
            long zxid = BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(4));
            SeenZxid = Math.Max(SeenZxid, zxid);
            return (BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(12)), frame[16..], zxid);
        }
        return null;
    }

    /// <summary>Waits for one event.</summary>
    public async Task ReadEventAsync()
    {
        byte[]? frame = await _connection!.ReadAsync();
        Assert.NotNull(frame);
        Assert.Equal(Opcode.NotificationXid, BinaryPrimitives.ReadInt32BigEndian(frame));
        Note(frame);
    }

    public void Dispose() => _connection?.Dispose();

    private void Note(byte[] frame) =>
        Events.Add((BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(16)), System.Text.Encoding.UTF8.GetString(frame.AsSpan(28))));
}
