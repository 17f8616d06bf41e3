using StreamCoord.Partitions;

namespace StreamCoord.Log.Producers;

/// <summary>
/// What a partition knows of one producer: its epoch and its newest batches, oldest first. Five, because a producer has at
/// most five requests in flight.
/// </summary>
internal sealed class ProducerEntry(short epoch)
{
    /// <summary>How many batches are remembered.</summary>
    public const int BatchesMax = 5;

    private readonly List<ProducerBatch> _batches = new(BatchesMax);

    public short Epoch { get; private set; } = epoch;

    public IReadOnlyList<ProducerBatch> Batches => _batches;

    public long LastTimestampMs => _batches.Count == 0 ? -1 : _batches[^1].TimestampMs;

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
        new(producerId, Epoch, _batches.Count == 0 ? -1 : _batches[^1].LastSequence, LastTimestampMs);

    public void Add(short epoch, ProducerBatch batch)
    {
        if (epoch != Epoch)
        {
            Epoch = epoch;
            _batches.Clear();
        }
        if (_batches.Count == BatchesMax)
        {
            _batches.RemoveAt(0);
        }
        _batches.Add(batch);
    }
}
