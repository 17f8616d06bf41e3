using StreamCoord.Records;

namespace StreamCoord.Log.Producers;

/// <summary>What to do with a batch of an idempotent producer.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> to append it, or to answer it as <paramref name="Duplicate"/>.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Duplicate">The batch that was appended before and is now sent again; null for a new one.</param>
internal readonly record struct ProducerVerdict(ErrorCode Error, string? Message, ProducerBatch? Duplicate)
{
    public static readonly ProducerVerdict Accept = new(ErrorCode.None, null, null);
}

/// <summary>
/// The producers of one partition (KIP-98): recognises batches sent twice and refuses gaps and old epochs. Not safe for
/// concurrent use; the log's writer owns it. Everything in it can be had again from the batch headers of the log.
/// </summary>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerEntry> _producers = [];

    public IReadOnlyDictionary<long, ProducerEntry> Producers => _producers;

    public void Clear() => _producers.Clear();

    public void Restore(long producerId, ProducerEntry entry) => _producers[producerId] = entry;

    /// <summary>Judges a batch that a client wants to append now. Changes nothing.</summary>
    public ProducerVerdict Check(in BatchHeader batch)
    {
        if (!batch.HasProducer || !_producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry))
        {
            return ProducerVerdict.Accept;
        }
        if (batch.ProducerEpoch < entry.Epoch)
        {
            return new(ErrorCode.InvalidProducerEpoch,
                $"Producer {batch.ProducerId} has epoch {batch.ProducerEpoch}, but epoch {entry.Epoch} was seen; a newer instance has taken over.", null);
        }
        return batch.ProducerEpoch > entry.Epoch ? CheckNewEpoch(batch) : CheckSameEpoch(batch, entry);
    }

    /// <summary>Takes note of a batch that is now part of the log, whoever wrote it.</summary>
    public void Appended(in BatchHeader batch)
    {
        if (!batch.HasProducer || batch.IsControl)
        {
            return;
        }
        if (!_producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry))
        {
            entry = new ProducerEntry(batch.ProducerEpoch);
            _producers.Add(batch.ProducerId, entry);
        }
        entry.Add(batch.ProducerEpoch,
            new ProducerBatch(batch.BaseSequence, batch.LastSequence, batch.BaseOffset, batch.LastOffset, batch.MaxTimestampMs));
    }

    /// <summary>Forgets producers that sent nothing since <paramref name="beforeMs"/> (producer.id.expiration.ms).</summary>
    public void Expire(long beforeMs)
    {
        foreach ((long producerId, ProducerEntry entry) in _producers)
        {
            if (entry.LastTimestampMs < beforeMs)
            {
                _producers.Remove(producerId);
            }
        }
    }

    private static ProducerVerdict CheckNewEpoch(in BatchHeader batch) => batch.BaseSequence == 0
        ? ProducerVerdict.Accept
        : new(ErrorCode.OutOfOrderSequenceNumber,
            $"Producer {batch.ProducerId} begins epoch {batch.ProducerEpoch} with sequence {batch.BaseSequence}; it must begin with 0.", null);

    private static ProducerVerdict CheckSameEpoch(in BatchHeader batch, ProducerEntry entry)
    {
        if (entry.FindDuplicate(batch.BaseSequence, batch.LastSequence) is { } duplicate)
        {
            return new(ErrorCode.None, null, duplicate);
        }
        int lastSequence = entry.Batches.Count == 0 ? -1 : entry.Batches[^1].LastSequence;
        int expected = lastSequence == int.MaxValue ? 0 : lastSequence + 1;
        return batch.BaseSequence == expected
            ? ProducerVerdict.Accept
            : new(ErrorCode.OutOfOrderSequenceNumber,
                $"Producer {batch.ProducerId} sent sequence {batch.BaseSequence}; the next one is {expected}.", null);
    }
}
