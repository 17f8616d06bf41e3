using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>
/// Gathers the records of one import into batches and keeps a few appends on their way while the next batch is built. Records without
/// a partition of their own go batch by batch to one partition after another. Owns pooled memory. Used by one import, one call
/// at a time.
/// </summary>
internal sealed class ImportBatches(ImportTarget target, IReadOnlyList<ImportLane> lanes, int firstLane) : IDisposable
{
    private const int InFlightMax = 4;

    /// <summary>What all half-built batches of keyed records may take together before they are sent as they are.</summary>
    private const long PendingBytesMax = 16 * 1024 * 1024;

    private readonly RecordBatchBuilder _unplaced = new();
    private readonly Dictionary<int, RecordBatchBuilder> _placed = [];
    private readonly Queue<ImportLane> _inFlight = [];
    private int _nextLane = firstLane;
    private long _placedBytes;

    /// <summary>A builder with room for a record of no particular partition; null when <see cref="ForAnyAsync"/> must make room.</summary>
    /// <param name="recordBytes">The most the record may take in the batch.</param>
    public RecordBatchBuilder? TryForAny(long recordBytes) =>
        _unplaced.SizeBytes + recordBytes <= target.BatchBytesTarget || _unplaced.RecordCount == 0 ? _unplaced : null;

    /// <summary>As <see cref="TryForAny"/>, after sending what stands in the way.</summary>
    public async ValueTask<RecordBatchBuilder> ForAnyAsync(long recordBytes)
    {
        if (TryForAny(recordBytes) is null)
        {
            await SendUnplacedAsync();
        }
        return _unplaced;
    }

    /// <summary>As <see cref="ForAnyAsync"/>, for a record that belongs to a partition.</summary>
    public async ValueTask<RecordBatchBuilder> ForPartitionAsync(int partition, long recordBytes)
    {
        if (_placedBytes + recordBytes > PendingBytesMax)
        {
            await SendPlacedAsync();
        }
        if (!_placed.TryGetValue(partition, out RecordBatchBuilder? builder))
        {
            _placed.Add(partition, builder = new RecordBatchBuilder());
        }
        if (builder.SizeBytes + recordBytes > target.BatchBytesTarget && builder.RecordCount > 0)
        {
            _placedBytes -= builder.SizeBytes;
            await SendAsync(lanes[partition], builder);
        }
        _placedBytes += recordBytes;
        return builder;
    }

    /// <summary>Sends what is left and waits until everything is durable.</summary>
    public async Task FinishAsync()
    {
        await SendPlacedAsync();
        if (_unplaced.RecordCount > 0)
        {
            await SendUnplacedAsync();
        }
        while (_inFlight.TryDequeue(out ImportLane? lane))
        {
            await lane.SettleAsync();
        }
    }

    /// <summary>Waits for what is on its way, without sending more and whatever becomes of it.</summary>
    public async Task AbandonAsync()
    {
        foreach (ImportLane lane in _inFlight)
        {
            await lane.SettleAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unplaced.Dispose();
        foreach (RecordBatchBuilder builder in _placed.Values)
        {
            builder.Dispose();
        }
    }

    private async Task SendUnplacedAsync()
    {
        ImportLane lane = lanes[_nextLane];
        _nextLane = (_nextLane + 1) % lanes.Count;
        await SendAsync(lane, _unplaced);
    }

    private async Task SendPlacedAsync()
    {
        foreach ((int partition, RecordBatchBuilder builder) in _placed)
        {
            if (builder.RecordCount > 0)
            {
                await SendAsync(lanes[partition], builder);
            }
        }
        _placedBytes = 0;
    }

    private async Task SendAsync(ImportLane lane, RecordBatchBuilder builder)
    {
        while (_inFlight.Count >= InFlightMax)
        {
            await _inFlight.Peek().SettleAsync();
            _inFlight.Dequeue();
        }
        await lane.SendAsync(builder);
        _inFlight.Enqueue(lane);
    }
}
