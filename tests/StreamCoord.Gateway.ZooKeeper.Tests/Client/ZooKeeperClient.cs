using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests.Client;

/// <summary>A connection that sends any record, and any bytes at all, and shows every message as it comes. For one caller at a time.</summary>
internal sealed class ZooKeeperClient : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly TcpClient _connection;
    private readonly Stream _stream;
    private int _xid;

    private ZooKeeperClient(TcpClient connection, Stream stream) => (_connection, _stream) = (connection, stream);

    /// <summary>What the silo said to the connect request.</summary>
    public ConnectResponse Session { get; private set; }

    public static async Task<ZooKeeperClient> DialAsync(string endpoint)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint));
        return new ZooKeeperClient(connection, connection.GetStream());
    }

    /// <summary>Connects by TLS, believes whatever the silo shows, and shows a certificate.</summary>
    public static async Task<ZooKeeperClient> DialTlsAsync(string endpoint, X509Certificate2? certificate)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint));
        var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            ClientCertificates = certificate is null ? null : [certificate],
        });
        return new ZooKeeperClient(connection, tls);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks for a session: a new one, or an earlier one with its password.</summary>
    public async Task<ConnectResponse> ConnectAsync(int timeoutMs, ConnectResponse earlier = default, Zxid seen = default)
    {
        await SendFrameAsync(new ConnectRequest(0, seen, timeoutMs, earlier.Session, earlier.Password ?? new byte[16], false));
        byte[] frame = await ReadFrameAsync();
        var reader = new JuteReader(frame);
        return Session = ConnectResponse.Read(ref reader);
    }

    /// <summary>Sends a record as a message of its own.</summary>
    public async Task SendFrameAsync<TRecord>(TRecord record)
        where TRecord : IJuteRecord<TRecord>
    {
        var frame = new ArrayBufferWriter<byte>();
        JuteFrame.Write(frame, record);
        await SendBytesAsync(frame.WrittenMemory);
    }

    /// <summary>Sends a request; returns its xid.</summary>
    public async Task<int> SendAsync<TRequest>(OpCode opCode, TRequest request, int? xid = null)
        where TRequest : IJuteRecord<TRequest>
    {
        int number = xid ?? ++_xid;
        var frame = new ArrayBufferWriter<byte>();
        JuteFrame.Write(frame, new RequestHeader(number, opCode), request);
        await SendBytesAsync(frame.WrittenMemory);
        return number;
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    public void EndSending() => _connection.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Sends a request and waits for its reply, which must be the next message.</summary>
    public async Task<Message> AskAsync<TRequest>(OpCode opCode, TRequest request, int? xid = null)
        where TRequest : IJuteRecord<TRequest>
    {
        int sent = await SendAsync(opCode, request, xid);
        Message message = await ReceiveAsync();
        Assert.Equal(sent, message.Header.Xid);
        return message;
    }

    /// <summary>The next message, whatever it is.</summary>
    public async Task<Message> ReceiveAsync()
    {
        byte[] frame = await ReadFrameAsync();
        var reader = new JuteReader(frame);
        var header = ReplyHeader.Read(ref reader);
        return new Message(header, frame.AsMemory(frame.Length - reader.RemainingBytes));
    }

    /// <summary>The next message, which must be an event.</summary>
    public async Task<(WatchEventType Type, string Path, Zxid Zxid)> ReceiveEventAsync()
    {
        Message message = await ReceiveAsync();
        Assert.Equal((Xids.Event, ZNodeError.Ok), (message.Header.Xid, message.Header.Error));
        var watcherEvent = message.Body<WatcherEvent>();
        Assert.Equal(WatcherEvent.SyncConnected, watcherEvent.State);
        return ((WatchEventType)watcherEvent.Type, watcherEvent.Path!, message.Header.Zxid);
    }

    /// <summary>How many bytes come before the silo closes the connection.</summary>
    public async Task<long> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        byte[] buffer = new byte[65_536];
        long total = 0;
        try
        {
            for (int read = 1; read > 0; total += read)
            {
                read = await _stream.ReadAsync(buffer, limit.Token);
            }
        }
        catch (IOException)
        {
            // Closed while something was still on its way to it.
        }
        return total;
    }

    public async Task<byte[]> ReadFrameAsync()
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        byte[] length = new byte[4];
        await _stream.ReadExactlyAsync(length, limit.Token);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await _stream.ReadExactlyAsync(frame, limit.Token);
        return frame;
    }

    public async Task<Message> CreateAsync(string path, CreateMode mode = CreateMode.Persistent, byte[]? data = null) =>
        await AskAsync(OpCode.Create, new CreateRequest(path, data is null ? default(ReadOnlyMemory<byte>?) : data, AclEntry.Open, (int)mode));

    public async Task<Message> SetAsync(string path, byte[] data) => await AskAsync(OpCode.SetData, new SetDataRequest(path, data, -1));

    public async Task<Message> ExistsAsync(string path, bool watch = false) => await AskAsync(OpCode.Exists, new ExistsRequest(path, watch));

    /// <summary>Sends a ping until the silo has heard everything before it.</summary>
    public async Task PingAsync() => Assert.Equal(Xids.Ping, (await AskAsync(OpCode.Ping, default(EmptyRecord), Xids.Ping)).Header.Xid);
}
