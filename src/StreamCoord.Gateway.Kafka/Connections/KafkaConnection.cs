using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>
/// One client's connection: begins its requests in their order, and writes the answers in the same order, however long one of them takes.
/// </summary>
/// <remarks>
/// Owns both halves of the pipe while it runs. Requests under way &lt;= <see cref="RequestsMax"/>, their bytes &lt;= one more than <see cref="KafkaGatewayOptions.RequestBytesMax"/>: then nothing more is
/// read, so the client's own buffer fills. Fetched bytes that the client has not taken &lt;= <see cref="KafkaGatewayOptions.FetchBytesMax"/>, but for a first batch.
/// </remarks>
internal sealed partial class KafkaConnection(
    IDuplexPipe pipe, string clientHost, ApiTable apis, KafkaGatewayOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const int RequestsMax = 64;

    // The first ends the reading, and what waits for something to happen; the second everything.
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(Task<KafkaResponse> Response, int CorrelationId, Frame Frame)> _answers =
        Channel.CreateBounded<(Task<KafkaResponse>, int, Frame)>(new BoundedChannelOptions(RequestsMax) { SingleReader = true, SingleWriter = true });

    private readonly ByteBudget _requestBytes = new(options.RequestBytesMax);
    private readonly ByteBudget _answerBytes = new(options.FetchBytesMax);

    private long _lastReadTimestamp = time.GetTimestamp();

    /// <inheritdoc/>
    public void Dispose()
    {
        _drain.Dispose();
        _stop.Dispose();
    }

    /// <summary>Serves the connection until either side ends it.</summary>
    /// <param name="draining">The silo is stopping: what was begun is answered, nothing more is read.</param>
    /// <param name="closed">The connection is gone.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken closed)
    {
        using CancellationTokenRegistration finishing = draining.UnsafeRegister(state => Cancel(((KafkaConnection)state!)._drain), this);
        using CancellationTokenRegistration ending = closed.UnsafeRegister(state => ((KafkaConnection)state!).Stop(), this);
        await using ITimer idle = time.CreateTimer(_ => StopWhenIdle(), null, TimeSpan.FromMilliseconds(options.IdleMs), TimeSpan.FromMilliseconds(options.IdleMs));
        Task writing = WriteAsync();
        try
        {
            await ReadAsync();
        }
        catch (KafkaFormatException failure)
        {
            LogMalformed(logger, clientHost, failure.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has gone, or the silo stops.
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(logger, failure, clientHost);
        }
        finally
        {
            _answers.Writer.Complete();
            await writing;
        }
    }

    private async Task ReadAsync()
    {
        var frames = new FrameReader(pipe.Input, options.RequestBytesMax);
        while (await frames.ReadAsync(_drain.Token) is { } frame)
        {
            Volatile.Write(ref _lastReadTimestamp, time.GetTimestamp());
            await _requestBytes.TakeAsync(frame.SizeBytes).WaitAsync(_drain.Token);
            (Task<KafkaResponse> response, int correlationId) = await BeginAsync(frame);
            await _answers.Writer.WriteAsync((response, correlationId, frame), _drain.Token);
        }
    }

    private async ValueTask<(Task<KafkaResponse> Response, int CorrelationId)> BeginAsync(Frame frame)
    {
        FrameHeader header = frame.ReadHeader((key, version) => apis.Find(key) is { } api && api.VersionMin <= version && version <= api.VersionMax && api.IsFlexible(version), out int bodyAt);
        IApiHandler handler = apis.Find(header.ApiKey) ?? throw new KafkaFormatException($"There is no API {header.ApiKey} here.");
        var context = new KafkaRequestContext(header.ApiKey, header.Version, header.CorrelationId, header.ClientId, clientHost, _answerBytes, _drain.Token);
        if (header.Version < handler.VersionMin || header.Version > handler.VersionMax)
        {
            return (Handlers.ApiVersionsHandler.AnswerUnknownVersion(context, apis), header.CorrelationId);
        }
        return (await handler.BeginAsync(frame.Bytes[bodyAt..], context), header.CorrelationId);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach ((Task<KafkaResponse> pending, int correlationId, Frame frame) in _answers.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    using KafkaResponse response = await pending;
                    if (!response.IsEmpty && !_stop.IsCancellationRequested)
                    {
                        await WriteAsync(response, correlationId);
                    }
                }
                finally
                {
                    Release(frame);
                }
            }
        }
        catch (KafkaCloseException closing)
        {
            LogMalformed(logger, clientHost, closing.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has gone, or the silo stops.
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(logger, failure, clientHost);
        }
        finally
        {
            Stop();
            await DrainAsync();
        }
    }

    private async Task WriteAsync(KafkaResponse response, int correlationId)
    {
        using var writer = new KafkaWriter();
        response.Write(writer, correlationId);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(pipe.Output.GetSpan(4), checked((int)writer.Length));
        pipe.Output.Advance(4);
        writer.CopyTo(pipe.Output);
        await pipe.Output.FlushAsync(_stop.Token);
    }

    // What was begun is finished, but nobody hears of it.
    private async Task DrainAsync()
    {
        await foreach ((Task<KafkaResponse> pending, _, Frame frame) in _answers.Reader.ReadAllAsync(CancellationToken.None))
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (pending.IsCompletedSuccessfully)
            {
                (await pending).Dispose();
            }
            Release(frame);
        }
    }

    private void Release(Frame frame)
    {
        frame.Dispose();
        _requestBytes.Return(frame.SizeBytes);
    }

    private void StopWhenIdle()
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lastReadTimestamp)).TotalMilliseconds >= options.IdleMs)
        {
            Stop();
        }
    }

    private void Stop()
    {
        Cancel(_drain);
        Cancel(_stop);
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection is over.
        }
    }

    [LoggerMessage(5101, LogLevel.Warning, "The Kafka connection from {ClientHost} is closed: {Reason}")]
    private static partial void LogMalformed(ILogger logger, string clientHost, string reason);

    [LoggerMessage(5102, LogLevel.Error, "The Kafka connection from {ClientHost} is closed after a failure.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string clientHost);
}
