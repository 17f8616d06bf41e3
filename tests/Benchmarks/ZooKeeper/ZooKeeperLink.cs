using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;

namespace StreamCoord.Benchmarks.ZooKeeper;

/// <summary>A session that does as little as it can, so that the silo and not the client is what limits a figure. For one caller at a time.</summary>
internal sealed class ZooKeeperLink : IDisposable
{
    private const int TimeoutMs = 30_000;
    private const int HeaderBytes = 16;
    private const int ErrorOffset = 12;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _input = new byte[64 * 1024];
    private int _inputBytes;
    private int _xid;

    /// <summary>Connects and asks for a session; <see cref="Welcome"/> waits for it.</summary>
    public ZooKeeperLink(string endpoint)
    {
        _socket.Connect(IPEndPoint.Parse(endpoint));
        Send(new ConnectRequest(0, Zxid.Zero, TimeoutMs, SessionId.None, new byte[16], false));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Waits for the session.</summary>
    public ZooKeeperLink Welcome()
    {
        var reader = new JuteReader(Receive());
        return ConnectResponse.Read(ref reader).TimeoutMs > 0 ? this : throw new InvalidOperationException("The silo gives no session.");
    }

    /// <summary>Sends a request and waits for its reply, which must be a success and the next message.</summary>
    public void Ask<TRequest>(OpCode opCode, TRequest request)
        where TRequest : IJuteRecord<TRequest>
    {
        Begin(opCode, request);
        Check(Receive());
    }

    /// <summary>Sends a request.</summary>
    public void Begin<TRequest>(OpCode opCode, TRequest request)
        where TRequest : IJuteRecord<TRequest>
    {
        var frame = new ArrayBufferWriter<byte>();
        JuteFrame.Write(frame, new RequestHeader(++_xid, opCode), request);
        Send(frame.WrittenSpan);
    }

    /// <summary>Waits for the next message, which must be a success or an event.</summary>
    public void Await() => Check(Receive());

    /// <summary>Keeps so many requests outstanding until all numbers are taken.</summary>
    /// <param name="template">The request.</param>
    /// <param name="outstanding">How many.</param>
    /// <param name="numbers">Gives the numbers out.</param>
    /// <param name="latencies">Takes how long each took, in <see cref="Stopwatch"/>'s ticks, at its number.</param>
    public async Task PumpAsync(RequestTemplate template, int outstanding, NumberSource numbers, long[] latencies)
    {
        byte[] output = new byte[outstanding * template.SizeBytes];
        var sent = new Queue<(long Number, long Timestamp)>(outstanding);
        int free = outstanding;
        while (true)
        {
            int bytes = 0;
            long now = Stopwatch.GetTimestamp();
            for (; free > 0 && numbers.TryTake(out long number); free--)
            {
                template.Write(output.AsSpan(bytes), ++_xid, number);
                bytes += template.SizeBytes;
                sent.Enqueue((number, now));
            }
            if (sent.Count == 0)
            {
                return;
            }
            for (int done = 0; done < bytes;)
            {
                done += await _socket.SendAsync(output.AsMemory(done, bytes - done));
            }
            int read = await _socket.ReceiveAsync(_input.AsMemory(_inputBytes));
            _inputBytes += read > 0 ? read : throw new EndOfStreamException("The silo closed the connection.");
            now = Stopwatch.GetTimestamp();
            int at = 0;
            for (; TryCut(at, out int length); at += sizeof(int) + length, free++)
            {
                Check(_input.AsSpan(at + sizeof(int), length));
                (long number, long timestamp) = sent.Dequeue();
                latencies[number] = now - timestamp;
            }
            _input.AsSpan(at, _inputBytes - at).CopyTo(_input);
            _inputBytes -= at;
        }
    }

    private static void Check(ReadOnlySpan<byte> message)
    {
        int error = BinaryPrimitives.ReadInt32BigEndian(message[ErrorOffset..HeaderBytes]);
        if (error != 0)
        {
            throw new InvalidOperationException($"Error {error}.");
        }
    }

    private void Send<TRecord>(TRecord record)
        where TRecord : IJuteRecord<TRecord>
    {
        var frame = new ArrayBufferWriter<byte>();
        JuteFrame.Write(frame, record);
        Send(frame.WrittenSpan);
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            frame = frame[_socket.Send(frame)..];
        }
    }

    // The next message, without its length; valid until the next call.
    private ReadOnlySpan<byte> Receive()
    {
        Fill(_input.AsSpan(0, sizeof(int)));
        int length = BinaryPrimitives.ReadInt32BigEndian(_input);
        Fill(_input.AsSpan(0, length));
        return _input.AsSpan(0, length);
    }

    private void Fill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = _socket.Receive(buffer);
            buffer = read > 0 ? buffer[read..] : throw new EndOfStreamException("The silo closed the connection.");
        }
    }

    private bool TryCut(int at, out int length)
    {
        length = 0;
        if (_inputBytes - at < sizeof(int))
        {
            return false;
        }
        length = BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(at));
        return _inputBytes - at - sizeof(int) >= length;
    }
}
