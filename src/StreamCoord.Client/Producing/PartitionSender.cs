using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>
/// One partition of one producer: gathers records into batches and sends one batch after the other. While one is on its way the next gathers. Safe for concurrent use; records of one caller keep their order.
/// </summary>
/// <remarks>
/// Owns its batches. A batch is sent when it is full, when it has lingered, or when somebody wants everything sent; nothing runs while there is none. What is taken from the budget is given back when a batch is settled.
/// </remarks>
internal sealed class PartitionSender(TopicPartition partition, SenderContext context, Action<int> batchClosed) : IDisposable
{
    /// <summary>Memory is taken from the budget in parts of this size, so that a small batch does not hold what it does not need.</summary>
    private const int PartBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<ProducerBatch> _ready = [];
    private readonly BatchSender _sender = new(partition, context);
    private ProducerBatch? _open;
    private ProducerBatch? _spare;
    private BatchDelivery? _newest;
    private ITimer? _linger;
    private int _expectedBytes;
    private bool _isDue;
    private bool _isRunning;

    /// <summary>Takes a record, when there is memory for it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="timestampMs">Its timestamp.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="sizeBytes">The most that it takes in a batch.</param>
    /// <param name="batchBytesMax">The size at which a batch is full.</param>
    /// <param name="creditBytes">Memory that the caller has from the budget; what is left of it is the caller's again.</param>
    /// <param name="delivery">What comes of it.</param>
    /// <returns>0, or how much memory is needed that is not free now.</returns>
    public long TryTake(
        in OutgoingRecord record, long timestampMs, ReadOnlySpan<RecordHeader> headers, int sizeBytes, int batchBytesMax, ref long creditBytes, out Delivery delivery)
    {
        lock (_gate)
        {
            if (_open is not null && _open.RecordCount > 0 && _open.SizeBytes + sizeBytes > batchBytesMax)
            {
                CloseLocked();
            }
            long missingBytes = (_open?.SizeBytes ?? BatchLayout.HeaderSizeBytes) + sizeBytes - (_open?.TakenBytes ?? 0);
            if (missingBytes > 0)
            {
                missingBytes = Math.Max(missingBytes, Math.Min(PartBytes, context.Options.BatchBytes));
                if (creditBytes >= missingBytes)
                {
                    creditBytes -= missingBytes;
                }
                else if (!context.Budget.TryTake(missingBytes))
                {
                    delivery = default;
                    return missingBytes;
                }
            }
            ProducerBatch open = _open ?? OpenLocked();
            open.TakenBytes += Math.Max(missingBytes, 0);
            delivery = open.Add(record, timestampMs, headers);
            if (open.RecordCount == 1)
            {
                LingerLocked();
            }
            if (open.SizeBytes >= batchBytesMax)
            {
                CloseLocked();
            }
            return 0;
        }
    }

    /// <summary>Sends what there is without letting it linger. Ends when all of it is settled, never with a failure.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_open is { RecordCount: > 0 })
            {
                CloseLocked();
            }
            return _newest?.Settled ?? Task.CompletedTask;
        }
    }

    /// <summary>Takes away what is not on its way yet. Its records fail.</summary>
    public void Abandon(BatchFailure failure)
    {
        List<ProducerBatch> abandoned = [];
        lock (_gate)
        {
            if (_open is { RecordCount: > 0 } open)
            {
                _newest = open.Delivery;
                abandoned.Add(open);
                (_open, _isDue) = (null, false);
            }
            abandoned.InsertRange(0, _ready);
            _ready.Clear();
        }
        foreach (ProducerBatch batch in abandoned)
        {
            batch.Reset();
            Settle(batch, BatchOutcome.Failed(failure));
        }
    }

    /// <summary>Gives the memory of batches back; nothing may be on its way.</summary>
    public void Dispose()
    {
        _linger?.Dispose();
        _open?.Dispose();
        _spare?.Dispose();
    }

    private ProducerBatch OpenLocked()
    {
        ProducerBatch open = _spare ?? new ProducerBatch(context.Options.Compression, context.Options.CompressionLevel);
        _spare = null;
        open.Begin(partition, context.Time.GetTimestamp(), _expectedBytes);
        return _open = open;
    }

    private void CloseLocked()
    {
        ProducerBatch closed = _open!;
        (_open, _isDue) = (null, false);
        _expectedBytes = closed.SizeBytes;
        _newest = closed.Delivery;
        _ready.Enqueue(closed);
        batchClosed(partition.Partition);
        RunLocked();
    }

    private void LingerLocked()
    {
        if (context.Options.LingerMs == 0)
        {
            _isDue = true;
            RunLocked();
            return;
        }
        _linger ??= context.Time.CreateTimer(static sender => ((PartitionSender)sender!).Lingered(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _linger.Change(TimeSpan.FromMilliseconds(context.Options.LingerMs), Timeout.InfiniteTimeSpan);
    }

    private void Lingered()
    {
        lock (_gate)
        {
            _isDue = _open is { RecordCount: > 0 };
            if (_isDue)
            {
                RunLocked();
            }
        }
    }

    // On the pool and without the caller's context: a caller in a grain must neither build batches nor lend its turn.
    private void RunLocked()
    {
        if (!_isRunning)
        {
            _isRunning = true;
            ThreadPool.UnsafeQueueUserWorkItem(static sender => _ = sender.RunAsync(), this, preferLocal: false);
        }
    }

    private async Task RunAsync()
    {
        while (TakeReady() is { } batch)
        {
            Settle(batch, await _sender.SendAsync(batch).ConfigureAwait(false));
        }
    }

    private ProducerBatch? TakeReady()
    {
        lock (_gate)
        {
            if (_ready.Count == 0 && _isDue)
            {
                CloseLocked();
            }
            _isRunning = _ready.Count > 0;
            return _isRunning ? _ready.Dequeue() : null;
        }
    }

    private void Settle(ProducerBatch batch, BatchOutcome outcome)
    {
        BatchDelivery delivery = batch.Delivery;
        long takenBytes = batch.TakenBytes;
        lock (_gate)
        {
            if (_spare is null)
            {
                _spare = batch;
            }
            else
            {
                batch.Dispose();
            }
        }
        context.Budget.Return(takenBytes);
        delivery.Settle(outcome);
        if (outcome.Failure is { } failure && context.Options.DeliveryFailed is { } failed)
        {
            failed(partition, delivery.RecordCount, failure.ToDeliveryFailure());
        }
    }
}
