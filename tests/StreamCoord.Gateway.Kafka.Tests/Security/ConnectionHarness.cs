using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Handlers;
using StreamCoord.Gateway.Kafka.Tests.Clients;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Testing.Security;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>One connection in this process, with a clock of its own and two pipes in place of a socket.</summary>
internal sealed class ConnectionHarness : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly Pipe _toSilo = new();
    private readonly Pipe _fromSilo = new();
    private readonly KafkaConnection _connection;
    private int _correlationId;

    public ConnectionHarness(KafkaGatewayOptions options, params IApiHandler[] handlers)
    {
        KafkaSecurity security = SecurityFakes.Security(options, Store, Time, ("alice", "secret"), ("bob", "secret"));
        IApiHandler[] all = [new SaslHandshakeHandler(), new SaslAuthenticateHandler(), .. handlers];
        _connection = new KafkaConnection(
            new Duplex(_toSilo.Reader, _fromSilo.Writer), SecurityFakes.Client(security), new ApiTable(all), options, Time, NullLogger.Instance);
        Running = RunAsync();
    }

    public FakeTimeProvider Time { get; } = new();

    public MemoryStore Store { get; } = new();

    /// <summary>Ends with the connection.</summary>
    public Task Running { get; }

    public async Task SendAsync<TRequest>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
    {
        using var writer = new KafkaWriter();
        writer.WriteInt16(TRequest.ApiKey);
        writer.WriteInt16(version);
        writer.WriteInt32(++_correlationId);
        writer.WriteString("test", flexible: false);
        if (TRequest.IsFlexible(version))
        {
            writer.WriteUnsignedVarint(0);
        }
        request.Write(writer, version);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(_toSilo.Writer.GetSpan(4), (int)writer.Length);
        _toSilo.Writer.Advance(4);
        writer.CopyTo(_toSilo.Writer);
        await _toSilo.Writer.FlushAsync();
    }

    public async Task<TResponse> ReceiveAsync<TResponse>(short version)
        where TResponse : IKafkaMessage<TResponse>
    {
        var frames = new FrameReader(_fromSilo.Reader, int.MaxValue);
        using Frame frame = (await frames.ReadAsync(CancellationToken.None).AsTask().WaitAsync(AnswerLimit))!;
        return Parse<TResponse>(frame.Bytes.ToArray(), version);
    }

    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaMessage<TRequest>
        where TResponse : IKafkaMessage<TResponse>
    {
        await SendAsync(request, version);
        return await ReceiveAsync<TResponse>(version);
    }

    public async ValueTask DisposeAsync()
    {
        await _toSilo.Writer.CompleteAsync();
        await Running.WaitAsync(AnswerLimit);
        _connection.Dispose();
    }

    private static TResponse Parse<TResponse>(byte[] frame, short version)
        where TResponse : IKafkaMessage<TResponse>
    {
        var reader = new KafkaReader(frame);
        reader.ReadInt32();
        if (TResponse.IsFlexible(version))
        {
            reader.SkipTags();
        }
        return TResponse.Read(ref reader, version);
    }

    private async Task RunAsync()
    {
        await _connection.RunAsync(CancellationToken.None, CancellationToken.None);
        await _fromSilo.Writer.CompleteAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
