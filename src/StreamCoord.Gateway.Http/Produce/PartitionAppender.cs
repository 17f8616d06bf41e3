using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>
/// Gathers what clients produce to one partition at the same time: while one append is on its way, what arrives forms the next batch.
/// Safe for concurrent use; records of one caller keep their order. It retires when it has nothing to do, and takes no record
/// after that. A completed outcome means durable, or not written, or (after a timeout) unknown, as its error says.
/// </summary>
internal sealed class PartitionAppender(int partition, IPartitionGrain leader, Action<PartitionAppender> retired)
{
    private const int BatchBytesWanted = 512 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<PendingRecord> _waiting = [];
    private bool _isRunning;
    private bool _isRetired;

    /// <summary>Takes a record; false when this appender has retired and another one must be asked.</summary>
    public bool TryTake(PendingRecord record)
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }
            _waiting.Enqueue(record);
            if (_isRunning)
            {
                return true;
            }
            _isRunning = true;
        }
        _ = RunAsync();
        return true;
    }

    private async Task RunAsync()
    {
        // The caller goes on with its next record, which may then be part of the same batch.
        await Task.Yield();
        using var builder = new RecordBatchBuilder();
        for (List<PendingRecord> batch = TakeBatch(); batch.Count > 0; batch = TakeBatch())
        {
            await AppendAsync(builder, batch);
        }
        retired(this);
    }

    private List<PendingRecord> TakeBatch()
    {
        var batch = new List<PendingRecord>();
        long sizeBytes = BatchLayout.HeaderSizeBytes;
        lock (_gate)
        {
            while (_waiting.TryPeek(out PendingRecord? record))
            {
                sizeBytes += record.Record.SizeBytesMax;
                if (batch.Count > 0 && sizeBytes > Math.Min(BatchBytesWanted, record.BatchBytesMax))
                {
                    break;
                }
                batch.Add(_waiting.Dequeue());
            }
            _isRetired = batch.Count == 0;
        }
        return batch;
    }

    private async Task AppendAsync(RecordBatchBuilder builder, List<PendingRecord> batch)
    {
        GatewayError? error = await TryAppendAsync(builder, batch);
        if (error is null)
        {
            return;
        }
        if (batch.Count > 1 && !error.IsRetriable)
        {
            // One record may be at fault; the others are not to suffer for it.
            foreach (PendingRecord record in batch)
            {
                await AppendAsync(builder, [record]);
            }
            return;
        }
        foreach (PendingRecord record in batch)
        {
            record.Complete(ProduceOutcome.Failed(error));
        }
    }

    /// <summary>Null when the records are durable, and told so.</summary>
    private async Task<GatewayError?> TryAppendAsync(RecordBatchBuilder builder, List<PendingRecord> batch)
    {
        AppendReply reply;
        try
        {
            RecordData data = Build(builder, batch);
            reply = await leader.Append(new AppendRequest(data, RequiredAcks.All));
            data.Dispose();
        }
        catch (Exception exception)
        {
            builder.Reset();
            return FailureTranslation.Expected(exception) ?? GatewayErrors.Internal();
        }
        if (reply.Error != ErrorCode.None)
        {
            return GatewayErrors.Of(reply.Error, reply.Message);
        }
        for (int i = 0; i < batch.Count; i++)
        {
            long timestampMs = reply.LogAppendTimeMs >= 0 ? reply.LogAppendTimeMs : batch[i].Record.TimestampMs;
            batch[i].Complete(new ProduceOutcome(null, batch[i].Record, partition, reply.BaseOffset + i, timestampMs));
        }
        return null;
    }

    private static RecordData Build(RecordBatchBuilder builder, List<PendingRecord> batch)
    {
        foreach (PendingRecord pending in batch)
        {
            ProduceRecord record = pending.Record;
            builder.Append(record.TimestampMs, record.Key, record.Value, record.Headers);
        }
        return builder.Build();
    }
}
