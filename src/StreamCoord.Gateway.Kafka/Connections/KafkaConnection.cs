using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Kafka.Clients;
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
    IDuplexPipe pipe, ClientSession client, ApiTable apis, KafkaGatewayOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const int RequestsMax = 64;

    // The first ends the reading, and what waits for something to happen; the second everything.
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<PendingAnswer> _answers =
        Channel.CreateBounded<PendingAnswer>(new BoundedChannelOptions(RequestsMax) { SingleReader = true, SingleWriter = true });

    private readonly ByteBudget _requestBytes = new(options.RequestBytesMax);
    private readonly ByteBudget _answerBytes = new(options.FetchBytesMax);

    private readonly long _connectedTimestamp = time.GetTimestamp();
    private long _lastReadTimestamp = time.GetTimestamp();
    private double _silentUntilMs;

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
        await using ITimer unproved = time.CreateTimer(_ => StopWhenUnproved(), null, TimeSpan.FromMilliseconds(options.AuthenticateMs), Timeout.InfiniteTimeSpan);
        Task writing = WriteAsync();
        try
        {
            await ReadAsync();
        }
        catch (KafkaFormatException failure)
        {
            LogMalformed(logger, client.Host, failure.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has gone, or the silo stops.
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(logger, failure, client.Host);
        }
        finally
        {
            _answers.Writer.Complete();
            await writing;
        }
    }

    private async Task ReadAsync()
    {
        var frames = new FrameReader(pipe.Input, client.Sasl.IsPending ? options.SaslMessageBytesMax : options.RequestBytesMax);
        while (!client.Sasl.HasFailed && await frames.ReadAsync(_drain.Token) is { } frame)
        {
            Volatile.Write(ref _lastReadTimestamp, time.GetTimestamp());
            await BeSilentAsync();
            await _requestBytes.TakeAsync(frame.SizeBytes).WaitAsync(_drain.Token);
            PendingAnswer answer = client.Sasl.ExpectsBareToken
                ? new PendingAnswer(AnswerBareTokenAsync(frame), 0, frame, RequestThrottle.None)
                : await BeginAsync(frame);
            if (client.Sasl.ExpectsBareToken || client.Sasl.IsPending)
            {
                // What comes next is read by what comes of this.
                await ((Task)answer.Response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await _answers.Writer.WriteAsync(answer, _drain.Token);
            frames.FrameBytesMax = client.Sasl.IsPending ? options.SaslMessageBytesMax : options.RequestBytesMax;
        }
    }

    private async Task<KafkaResponse> AnswerBareTokenAsync(Frame frame)
    {
        SaslOutcome outcome = await client.ProveAsync(frame.Bytes, _drain.Token);
        return outcome.Error == ErrorCode.None ? KafkaResponse.Bare(outcome.Token) : KafkaResponse.None;
    }

    /// <summary>Waits while the client has been told to be silent: what it sends all the same lies where it is.</summary>
    private async ValueTask BeSilentAsync()
    {
        for (TimeSpan left = SilenceLeft(); left > TimeSpan.Zero; left = SilenceLeft())
        {
            await Task.Delay(left, time, _drain.Token);
        }
    }

    private TimeSpan SilenceLeft() => TimeSpan.FromMilliseconds(Volatile.Read(ref _silentUntilMs)) - time.GetElapsedTime(_connectedTimestamp);

    private async ValueTask<PendingAnswer> BeginAsync(Frame frame)
    {
        FrameHeader header = frame.ReadHeader((key, version) => apis.Find(key) is { } api && api.VersionMin <= version && version <= api.VersionMax && api.IsFlexible(version), out int bodyAt);
        client.Sasl.Admit(header.ApiKey);
        IApiHandler handler = apis.Find(header.ApiKey) ?? throw new KafkaFormatException($"There is no API {header.ApiKey} here.");
        RequestThrottle throttle = client.Throttle(header.ClientId);
        var context = new KafkaRequestContext(header.ApiKey, header.Version, header.CorrelationId, header.ClientId, client, throttle, _answerBytes, _drain.Token);
        if (header.Version < handler.VersionMin || header.Version > handler.VersionMax)
        {
            return new PendingAnswer(Handlers.ApiVersionsHandler.AnswerUnknownVersion(context, apis), header.CorrelationId, frame, throttle);
        }
        long begun = throttle.BeginWork();
        ValueTask<Task<KafkaResponse>> beginning = handler.BeginAsync(frame.Bytes[bodyAt..], context);
        throttle.EndWork(begun);
        return new PendingAnswer(await beginning, header.CorrelationId, frame, throttle);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach ((Task<KafkaResponse> pending, int correlationId, Frame frame, RequestThrottle throttle) in _answers.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    using KafkaResponse response = await pending;
                    TimeSpan silence = throttle.Delay;
                    if (!response.IsEmpty && !_stop.IsCancellationRequested)
                    {
                        response.Tell(silence);
                        await WriteAsync(response, correlationId);
                    }
                    Silence(silence);
                }
                finally
                {
                    Release(frame);
                }
            }
        }
        catch (KafkaCloseException closing)
        {
            LogMalformed(logger, client.Host, closing.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has gone, or the silo stops.
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(logger, failure, client.Host);
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
        await foreach ((Task<KafkaResponse> pending, _, Frame frame, _) in _answers.Reader.ReadAllAsync(CancellationToken.None))
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (pending.IsCompletedSuccessfully)
            {
                (await pending).Dispose();
            }
            Release(frame);
        }
    }

    private void Silence(TimeSpan silence)
    {
        if (silence > TimeSpan.Zero)
        {
            double until = (time.GetElapsedTime(_connectedTimestamp) + silence).TotalMilliseconds;
            Volatile.Write(ref _silentUntilMs, Math.Max(until, Volatile.Read(ref _silentUntilMs)));
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

    private void StopWhenUnproved()
    {
        if (client.Sasl.IsPending)
        {
            LogUnproved(logger, client.Host, options.AuthenticateMs);
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

    [LoggerMessage(5111, LogLevel.Warning, "The Kafka connection from {ClientHost} is closed: the client has not proved who it is within {LimitMs} ms.")]
    private static partial void LogUnproved(ILogger logger, string clientHost, int limitMs);

    [LoggerMessage(5102, LogLevel.Error, "The Kafka connection from {ClientHost} is closed after a failure.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string clientHost);
}
