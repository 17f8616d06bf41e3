using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>
/// One POST records request: reads record after record while the acknowledgements of earlier ones are still on their way, and
/// answers each in order. What waits is bounded in number and bytes; the reports wait for the client in a pipe of their own, so that
/// a client may send everything before it reads. Used by one request.
/// </summary>
internal sealed class StreamedProduce(TopicProducer producer, string clusterId, string topic, HttpGatewayOptions options)
{
    private const int WindowRecordsMax = 4096;
    private const int SendBytes = 64 * 1024;

    private readonly Channel<Report> _reports = Channel.CreateBounded<Report>(
        new BoundedChannelOptions(WindowRecordsMax) { SingleReader = true, SingleWriter = true });

    private readonly Lock _gate = new();
    private long _windowBytes;
    private TaskCompletionSource? _windowFreed;

    /// <summary>Runs to the end of the body, or to the first thing in it behind which nothing can be read.</summary>
    /// <exception cref="RequestException">The body is empty; no answer has begun.</exception>
    public async Task RunAsync(JsonObjectStream input, PipeWriter output, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reports = new Pipe(new PipeOptions(
            pauseWriterThreshold: options.ProduceReportBytesMax, resumeWriterThreshold: options.ProduceReportBytesMax / 2, useSynchronizationContext: false));
        Task answering = AnswerAsync(reports.Writer, ended);
        Task sending = SendAsync(reports.Reader, output, ended);
        try
        {
            await ReadAsync(input, ended.Token);
        }
        finally
        {
            _reports.Writer.Complete();
            await Task.WhenAll(answering, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await answering;
        await sending;
    }

    private static async Task SendAsync(PipeReader reports, PipeWriter output, CancellationTokenSource ended)
    {
        try
        {
            await reports.CopyToAsync(output, ended.Token);
        }
        catch
        {
            // Without a reader there is no point in reading on.
            await ended.CancelAsync();
            throw;
        }
        finally
        {
            await reports.CompleteAsync();
        }
    }

    private async Task ReadAsync(JsonObjectStream input, CancellationToken stop)
    {
        bool isFirst = true;
        while (await TryReadAsync(input, isFirst, stop))
        {
            isFirst = false;
        }
    }

    /// <summary>False when there is nothing more to read.</summary>
    private async Task<bool> TryReadAsync(JsonObjectStream input, bool isFirst, CancellationToken stop)
    {
        try
        {
            using JsonDocument? record = await input.ReadAsync(stop);
            if (record is not null)
            {
                await TakeAsync(record.RootElement, input.ObjectBytes, stop);
                return true;
            }
        }
        catch (JsonException exception)
        {
            await _reports.Writer.WriteAsync(Report.Of(FailureTranslation.InvalidJson(exception)), stop);
            return true;
        }
        catch (Exception exception) when (exception is RequestException or BadHttpRequestException)
        {
            // Where the next record would begin is not known any more.
            await _reports.Writer.WriteAsync(Report.Of(FailureTranslation.Expected(exception)!), stop);
            return false;
        }
        return isFirst ? throw new RequestException(GatewayErrors.Unprocessable("Payload error. Request body is empty. Data is required.")) : false;
    }

    private async Task TakeAsync(JsonElement record, long sizeBytes, CancellationToken stop)
    {
        Task<ProduceOutcome> outcome = producer.ProduceAsync(record);
        await EnterWindowAsync(sizeBytes, stop);
        await _reports.Writer.WriteAsync(new Report(outcome, sizeBytes), stop);
    }

    private async ValueTask EnterWindowAsync(long sizeBytes, CancellationToken stop)
    {
        Task? freed;
        lock (_gate)
        {
            _windowBytes += sizeBytes;
            _windowFreed = _windowBytes > options.ProduceWindowBytesMax ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
            freed = _windowFreed?.Task;
        }
        if (freed is not null)
        {
            await freed.WaitAsync(stop);
        }
    }

    private void LeaveWindow(long sizeBytes)
    {
        lock (_gate)
        {
            _windowBytes -= sizeBytes;
            if (_windowBytes <= options.ProduceWindowBytesMax)
            {
                _windowFreed?.TrySetResult();
            }
        }
    }

    private async Task AnswerAsync(PipeWriter output, CancellationTokenSource ended)
    {
        await using var writer = new Utf8JsonWriter(output, JsonReply.WriterOptions);
        try
        {
            await foreach (Report report in _reports.Reader.ReadAllAsync(ended.Token))
            {
                await AnswerAsync(report, writer, output, ended.Token);
            }
            await output.CompleteAsync();
        }
        catch (Exception exception)
        {
            // The client must not take the reports so far for all there are.
            await output.CompleteAsync(exception);
            await ended.CancelAsync();
            throw;
        }
    }

    private async Task AnswerAsync(Report report, Utf8JsonWriter writer, PipeWriter output, CancellationToken stop)
    {
        ProduceOutcome outcome = await report.Outcome.WaitAsync(stop);
        LeaveWindow(report.SizeBytes);
        writer.Reset();
        ProduceJson.WriteReport(writer, clusterId, topic, outcome);
        writer.Flush();
        output.Write("\r\n"u8);
        bool nextIsReady = _reports.Reader.TryPeek(out Report next) && next.Outcome.IsCompleted;
        if (!nextIsReady || output.UnflushedBytes >= SendBytes)
        {
            await output.FlushAsync(stop);
        }
    }

    private readonly record struct Report(Task<ProduceOutcome> Outcome, long SizeBytes)
    {
        public static Report Of(GatewayError error) => new(Task.FromResult(ProduceOutcome.Failed(error)), 0);
    }
}
