using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Benchmarks.Kafka;

/// <summary>A blocking connection that does as little as it can, so that the silo and not the client is what limits a figure. For one thread.</summary>
internal sealed class KafkaLink : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _answer = new byte[64 * 1024];

    public KafkaLink(string endpoint) => _socket.Connect(IPEndPoint.Parse(endpoint));

    public void Dispose() => _socket.Dispose();

    /// <summary>A request as it goes over the wire, to be sent as often as one likes.</summary>
    public static byte[] Frame<TRequest>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
    {
        using var writer = new KafkaWriter();
        writer.WriteInt16(TRequest.ApiKey);
        writer.WriteInt16(version);
        writer.WriteInt32(0);
        writer.WriteString("benchmark", flexible: false);
        request.Write(writer, version);
        var frame = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt32BigEndian(frame.GetSpan(4), (int)writer.Length);
        frame.Advance(4);
        writer.CopyTo(frame);
        return frame.WrittenSpan.ToArray();
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            frame = frame[_socket.Send(frame)..];
        }
    }

    /// <summary>The next answer, without its length; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Receive()
    {
        Fill(_answer.AsSpan(0, 4));
        int length = BinaryPrimitives.ReadInt32BigEndian(_answer);
        if (length > _answer.Length)
        {
            _answer = new byte[length];
        }
        Fill(_answer.AsSpan(0, length));
        return _answer.AsMemory(0, length);
    }

    /// <summary>Sends a request in a version before the flexible ones, and reads its answer.</summary>
    public TResponse Ask<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
        where TResponse : IKafkaMessage<TResponse>
    {
        Send(Frame(request, version));
        return Parse<TResponse>(Receive(), version);
    }

    public static TResponse Parse<TResponse>(ReadOnlyMemory<byte> answer, short version)
        where TResponse : IKafkaMessage<TResponse>
    {
        var reader = new KafkaReader(answer);
        reader.ReadInt32();
        return TResponse.Read(ref reader, version);
    }

    /// <summary>Creates a topic of one partition.</summary>
    public void CreateTopic(string name, string flushMessages)
    {
        CreateTopicsResponse response = Ask<CreateTopicsRequest, CreateTopicsResponse>(new CreateTopicsRequest
        {
            TimeoutMs = 10_000,
            Topics =
            [
                new CreateTopicsRequest.CreatableTopic
                {
                    Name = name,
                    NumPartitions = 1,
                    ReplicationFactor = 1,
                    Configs = [new CreateTopicsRequest.CreatableTopicConfig { Name = "flush.messages", Value = flushMessages }],
                },
            ],
        }, 4);
        if (response.Topics[0].ErrorCode != 0)
        {
            throw new InvalidOperationException($"{name}: {response.Topics[0].ErrorMessage}");
        }
    }

    private void Fill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = _socket.Receive(buffer);
            buffer = read > 0 ? buffer[read..] : throw new EndOfStreamException("The silo closed the connection.");
        }
    }
}
