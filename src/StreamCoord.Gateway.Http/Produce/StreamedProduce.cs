using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>
/// One POST records request: reads record after record while the acknowledgements of earlier ones are still on their way, and
/// answers each in order. What waits is bounded in number and bytes. Used by one request.
/// </summary>
internal sealed class StreamedProduce(TopicProducer producer, string clusterId, string topic, long windowBytesMax)
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
        Task answering = AnswerAsync(output, ended);
        try
        {
            await ReadAsync(input, ended.Token);
        }
        finally
        {
            _reports.Writer.Complete();
        }
        await answering;
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
            _windowFreed = _windowBytes > windowBytesMax ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
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
            if (_windowBytes <= windowBytesMax)
            {
                _windowFreed?.TrySetResult();
            }
        }
    }

    private async Task AnswerAsync(PipeWriter output, CancellationTokenSource ended)
    {
        using var buffer = new PooledBuffer();
        await using var writer = new Utf8JsonWriter(buffer, JsonReply.WriterOptions);
        try
        {
            await foreach (Report report in _reports.Reader.ReadAllAsync(ended.Token))
            {
                await AnswerAsync(report, writer, buffer, output, ended.Token);
            }
        }
        catch
        {
            // Without answers there is no point in reading on.
            await ended.CancelAsync();
            throw;
        }
    }

    private async Task AnswerAsync(Report report, Utf8JsonWriter writer, PooledBuffer buffer, PipeWriter output, CancellationToken stop)
    {
        ProduceOutcome outcome = await report.Outcome.WaitAsync(stop);
        LeaveWindow(report.SizeBytes);
        writer.Reset(buffer);
        ProduceJson.WriteReport(writer, clusterId, topic, outcome);
        await writer.FlushAsync(stop);
        buffer.Write("\r\n"u8);
        bool nextIsReady = _reports.Reader.TryPeek(out Report next) && next.Outcome.IsCompleted;
        if (!nextIsReady || buffer.WrittenBytes >= SendBytes)
        {
            await output.WriteAsync(buffer.WrittenMemory, stop);
            buffer.Truncate(0);
        }
    }

    private readonly record struct Report(Task<ProduceOutcome> Outcome, long SizeBytes)
    {
        public static Report Of(GatewayError error) => new(Task.FromResult(ProduceOutcome.Failed(error)), 0);
    }
}
