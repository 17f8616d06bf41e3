using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>A connection that sends any request in any version, and any bytes at all. For one caller at a time.</summary>
internal sealed class KafkaClient : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly TcpClient _connection;
    private readonly NetworkStream _stream;
    private int _correlationId;

    private KafkaClient(TcpClient connection)
    {
        _connection = connection;
        _stream = connection.GetStream();
    }

    /// <summary>What the client calls itself.</summary>
    public string ClientId { get; init; } = "test";

    /// <summary>Whether the silo has closed it, as far as is known here. Nothing may be on its way.</summary>
    public bool IsClosed => _connection.Client.Poll(0, SelectMode.SelectRead);

    public static async Task<KafkaClient> ConnectAsync(string endpoint, string clientId = "test")
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint));
        return new KafkaClient(connection) { ClientId = clientId };
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
        where TResponse : IKafkaMessage<TResponse>
    {
        int correlationId = await SendAsync(request, version);
        return await ReceiveAsync<TResponse>(correlationId, version);
    }

    /// <summary>Sends a request; returns its correlation id.</summary>
    public async Task<int> SendAsync<TRequest>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
    {
        int correlationId = ++_correlationId;
        using var writer = new KafkaWriter();
        writer.WriteInt16(TRequest.ApiKey);
        writer.WriteInt16(version);
        writer.WriteInt32(correlationId);
        writer.WriteString(ClientId, flexible: false);
        if (TRequest.IsFlexible(version))
        {
            writer.WriteUnsignedVarint(0);
        }
        request.Write(writer, version);
        var frame = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt32BigEndian(frame.GetSpan(4), (int)writer.Length);
        frame.Advance(4);
        writer.CopyTo(frame);
        await _stream.WriteAsync(frame.WrittenMemory);
        return correlationId;
    }

    /// <summary>Waits for the next answer, which must be the one to a request.</summary>
    public async Task<TResponse> ReceiveAsync<TResponse>(int correlationId, short version)
        where TResponse : IKafkaMessage<TResponse>
    {
        byte[] frame = await ReadFrameAsync();
        return Parse<TResponse>(frame, correlationId, version);
    }

    /// <summary>Sends a token without a header, and waits for the answer, which has none either.</summary>
    public async Task<byte[]> AskBareAsync(byte[] token)
    {
        byte[] frame = new byte[4 + token.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, token.Length);
        token.CopyTo(frame, 4);
        await _stream.WriteAsync(frame);
        return await ReadFrameAsync();
    }

    /// <summary>Sends bytes as they are.</summary>
    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Tells the silo that nothing more comes.</summary>
    public void EndSending() => _connection.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Waits for the silo to close the connection. Returns how many bytes came before.</summary>
    public async Task<int> ReadToEndAsync()
    {
        int count = 0;
        byte[] buffer = new byte[4096];
        try
        {
            for (int read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(AnswerLimit); read > 0; read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(AnswerLimit))
            {
                count += read;
            }
        }
        catch (IOException)
        {
            // Closed with bytes of ours unread.
        }
        return count;
    }

    private async Task<byte[]> ReadFrameAsync()
    {
        byte[] length = new byte[4];
        await _stream.ReadExactlyAsync(length).AsTask().WaitAsync(AnswerLimit);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await _stream.ReadExactlyAsync(frame).AsTask().WaitAsync(AnswerLimit);
        return frame;
    }

    private static TResponse Parse<TResponse>(byte[] frame, int correlationId, short version)
        where TResponse : IKafkaMessage<TResponse>
    {
        var reader = new KafkaReader(frame);
        Assert.Equal(correlationId, reader.ReadInt32());
        if (TResponse.IsFlexible(version) && TResponse.ApiKey != ApiVersionsResponse.ApiKey)
        {
            reader.SkipTags();
        }
        TResponse response = TResponse.Read(ref reader, version);
        Assert.Equal(0, reader.Left);
        return response;
    }
}
