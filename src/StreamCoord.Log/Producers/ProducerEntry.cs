using StreamCoord.Partitions;

namespace StreamCoord.Log.Producers;

/// <summary>
/// What a partition knows of one producer: its epoch, its newest batches, oldest first, and its open transaction. Five batches, because a producer has at
/// most five requests in flight.
/// </summary>
internal sealed class ProducerEntry(short epoch)
{
    /// <summary>How many batches are remembered.</summary>
    public const int BatchesMax = 5;

    /// <summary>The epoch of a coordinator that nothing was heard of.</summary>
    public const int NoCoordinator = -1;

    private readonly List<ProducerBatch> _batches = new(BatchesMax);

    public short Epoch { get; private set; } = epoch;

    public IReadOnlyList<ProducerBatch> Batches => _batches;

    /// <summary>When it was last heard of, its own time, milliseconds since 1970; -1 when it is not known.</summary>
    public long LastTimestampMs { get; private set; } = -1;

    /// <summary>The epoch of the coordinator that decided its last transaction, or <see cref="NoCoordinator"/>.</summary>
    public int CoordinatorEpoch { get; private set; } = NoCoordinator;

    /// <summary>The first record of its open transaction, or <see cref="Offset.None"/>.</summary>
    public Offset OpenFrom { get; private set; } = Offset.None;

    public ProducerBatch? FindDuplicate(int baseSequence, int lastSequence)
    {
        foreach (ProducerBatch batch in _batches)
        {
            if (batch.BaseSequence == baseSequence && batch.LastSequence == lastSequence)
            {
                return batch;
            }
        }
        return null;
    }

    public ProducerDescription Describe(long producerId) =>
        new(producerId, Epoch, _batches.Count == 0 ? -1 : _batches[^1].LastSequence, LastTimestampMs, CoordinatorEpoch, OpenFrom);

    public void Add(short epoch, ProducerBatch batch)
    {
        RaiseTo(epoch);
        if (_batches.Count == BatchesMax)
        {
            _batches.RemoveAt(0);
        }
        _batches.Add(batch);
        LastTimestampMs = batch.TimestampMs;
    }

    /// <summary>Begins a transaction, unless one is open.</summary>
    public void Open(Offset from)
    {
        if (OpenFrom == Offset.None)
        {
            OpenFrom = from;
        }
    }

    /// <summary>Takes note of a marker, which ends the open transaction if there is one.</summary>
    public void Close(short epoch, int coordinatorEpoch, long timestampMs)
    {
        RaiseTo(epoch);
        OpenFrom = Offset.None;
        CoordinatorEpoch = coordinatorEpoch;
        LastTimestampMs = timestampMs;
    }

    /// <summary>Takes over what a snapshot says beside the batches.</summary>
    public void Restore(int coordinatorEpoch, Offset openFrom, long lastTimestampMs) =>
        (CoordinatorEpoch, OpenFrom, LastTimestampMs) = (coordinatorEpoch, openFrom, lastTimestampMs);

    private void RaiseTo(short epoch)
    {
        if (epoch != Epoch)
        {
            Epoch = epoch;
            _batches.Clear();
        }
    }
}
