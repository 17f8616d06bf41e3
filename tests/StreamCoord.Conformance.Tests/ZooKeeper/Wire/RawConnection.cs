using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>A socket that speaks in frames. Every wait has a limit. One sender and one reader at a time.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int ReplyBytesMax = 16 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private int _xid;

    private RawConnection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<RawConnection> OpenAsync(string address, int? receiveBufferBytes = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }
        await socket.ConnectAsync(IPEndPoint.Parse(address)).WaitAsync(Limit);
        return new RawConnection(socket);
    }

    /// <summary>Opens a connection and says the first word; returns what was answered, null for a closed connection.</summary>
    public static async Task<(RawConnection Connection, ConnectReply? Reply)> ConnectAsync(string address, ConnectRequest request)
    {
        RawConnection connection = await OpenAsync(address);
        await connection.SendAsync(request.ToFrame());
        byte[]? reply = await connection.ReadAsync();
        return (connection, reply is null ? null : ConnectReply.Parse(reply));
    }

    /// <summary>Sends a request; returns its xid.</summary>
    public async Task<int> SendAsync(Request request)
    {
        int xid = request.Xid ?? ++_xid;
        await SendAsync(request.ToFrame(xid));
        return xid;
    }

    /// <summary>Sends several at once, in one piece; returns their xids.</summary>
    public async Task<int[]> SendAsync(IReadOnlyList<Request> requests)
    {
        int[] xids = [.. requests.Select(request => request.Xid ?? ++_xid)];
        await SendAsync([.. requests.Zip(xids).SelectMany(pair => pair.First.ToFrame(pair.Second))]);
        return xids;
    }

    /// <summary>Sends bytes as they are. When the server has closed the connection, reading will tell.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes).AsTask().WaitAsync(Limit);
        }
        catch (IOException)
        {
            // Closed.
        }
    }

    /// <summary>Says that nothing more is sent.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next frame without its length; null when the server has closed the connection.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            byte[] length = new byte[4];
            await _stream.ReadExactlyAsync(length, limit.Token);
            int bytes = BinaryPrimitives.ReadInt32BigEndian(length);
            Assert.InRange(bytes, 0, ReplyBytesMax);
            byte[] frame = new byte[bytes];
            await _stream.ReadExactlyAsync(frame, limit.Token);
            return frame;
        }
        catch (IOException)
        {
            return null; // A reset is a close too; the end of the stream is an IOException as well.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server neither answered nor closed the connection within {Limit}.");
        }
    }

    /// <summary>Everything until the server closes, without frames.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var bytes = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(bytes, limit.Token);
        }
        catch (IOException)
        {
            // A reset: what came before it counts.
        }
        return bytes.ToArray();
    }

    public void Dispose() => _stream.Dispose();
}
