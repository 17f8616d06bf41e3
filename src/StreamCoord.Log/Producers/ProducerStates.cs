using StreamCoord.Records;

namespace StreamCoord.Log.Producers;

/// <summary>What to do with a batch of an idempotent producer.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> to append it, or to answer it as <paramref name="Duplicate"/>.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Duplicate">The batch that was appended before and is now sent again; null for a new one.</param>
internal readonly record struct ProducerVerdict(ErrorCode Error, string? Message, ProducerBatch? Duplicate)
{
    public static readonly ProducerVerdict Accept = new(ErrorCode.None, null, null);

    public static ProducerVerdict Refuse(ErrorCode error, string message) => new(error, message, null);
}

/// <summary>
/// The producers of one partition (KIP-98): recognises batches sent twice, refuses gaps and old epochs, knows whose transactions are open. Not safe for
/// concurrent use; the log's writer owns it. Everything in it can be had again from the batches of the log.
/// </summary>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerEntry> _producers = [];

    public IReadOnlyDictionary<long, ProducerEntry> Producers => _producers;

    /// <summary>The transactions that readers of committed records must not pass.</summary>
    public UndecidedTransactions Undecided { get; } = new();

    public void Clear()
    {
        _producers.Clear();
        Undecided.Clear();
    }

    public void Restore(long producerId, ProducerEntry entry)
    {
        _producers[producerId] = entry;
        if (entry.OpenFrom != Offset.None)
        {
            Undecided.Opened(entry.OpenFrom);
        }
    }

    /// <summary>Judges a batch that a client wants to append now. Changes nothing.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="mayBegin">Whether the coordinator knows of a transaction of that producer and epoch that this batch may be the first of here (KIP-890).</param>
    public ProducerVerdict Check(in BatchHeader batch, bool mayBegin)
    {
        if (!batch.HasProducer)
        {
            return ProducerVerdict.Accept;
        }
        _producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry);
        if (entry is not null && batch.ProducerEpoch < entry.Epoch)
        {
            return RefuseEpoch(batch, entry);
        }
        bool isOpen = entry is not null && entry.OpenFrom != Offset.None && entry.Epoch == batch.ProducerEpoch;
        ProducerVerdict verdict = entry is null ? ProducerVerdict.Accept : batch.ProducerEpoch > entry.Epoch ? CheckNewEpoch(batch) : CheckSameEpoch(batch, entry);
        if (verdict.Error != ErrorCode.None || verdict.Duplicate is not null)
        {
            return verdict;
        }
        if (batch.IsTransactional && !isOpen && !mayBegin)
        {
            return ProducerVerdict.Refuse(ErrorCode.InvalidTxnState, $"Producer {batch.ProducerId} has no transaction that this partition belongs to.");
        }
        return !batch.IsTransactional && entry is not null && entry.OpenFrom != Offset.None
            ? ProducerVerdict.Refuse(ErrorCode.InvalidTxnState, $"Producer {batch.ProducerId} has an open transaction in this partition, and sends a batch outside of it.")
            : verdict;
    }

    /// <summary>Judges what a coordinator of the service wants to append now: its batches have no sequence, its markers an epoch of their own.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="marker">What is in it when it is a marker.</param>
    public ProducerVerdict CheckCoordinator(in BatchHeader batch, TransactionMarker? marker)
    {
        if (!batch.HasProducer || !_producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry))
        {
            return ProducerVerdict.Accept;
        }
        if (batch.ProducerEpoch < entry.Epoch)
        {
            return RefuseEpoch(batch, entry);
        }
        return marker is { } end && end.CoordinatorEpoch < entry.CoordinatorEpoch
            ? ProducerVerdict.Refuse(ErrorCode.TransactionCoordinatorFenced, $"A coordinator of epoch {entry.CoordinatorEpoch} has decided about producer {batch.ProducerId}; that of epoch {end.CoordinatorEpoch} is too late.")
            : ProducerVerdict.Accept;
    }

    /// <summary>Takes note of a batch that is now part of the log, whoever wrote it. Returns the transaction that it aborts, if it does.</summary>
    /// <param name="header">Its header, with its offsets.</param>
    /// <param name="batch">The batch.</param>
    public AbortedRange? Appended(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        if (!header.HasProducer)
        {
            return null;
        }
        if (header.IsControl)
        {
            return TransactionMarker.TryRead(batch) is { } marker ? Marked(header, marker) : null;
        }
        ProducerEntry entry = Entry(header);
        entry.Add(header.ProducerEpoch, new ProducerBatch(header.BaseSequence, header.LastSequence, header.BaseOffset, header.LastOffset, header.MaxTimestampMs));
        if (header.IsTransactional && entry.OpenFrom == Offset.None)
        {
            entry.Open(header.BaseOffset);
            Undecided.Opened(header.BaseOffset);
        }
        return null;
    }

    /// <summary>Forgets producers that sent nothing since <paramref name="beforeMs"/> (producer.id.expiration.ms) and have no open transaction.</summary>
    public void Expire(long beforeMs)
    {
        foreach ((long producerId, ProducerEntry entry) in _producers)
        {
            if (entry.LastTimestampMs < beforeMs && entry.OpenFrom == Offset.None)
            {
                _producers.Remove(producerId);
            }
        }
    }

    private AbortedRange? Marked(in BatchHeader header, TransactionMarker marker)
    {
        ProducerEntry entry = Entry(header);
        Offset from = entry.OpenFrom;
        entry.Close(header.ProducerEpoch, marker.CoordinatorEpoch, header.MaxTimestampMs);
        if (from == Offset.None)
        {
            return null;
        }
        Undecided.Marked(from, header.BaseOffset);
        return marker.IsCommit ? null : new AbortedRange(header.ProducerId, from, header.BaseOffset, Offset.Min(Undecided.FirstOpen ?? header.NextOffset, header.NextOffset));
    }

    private ProducerEntry Entry(in BatchHeader header)
    {
        if (!_producers.TryGetValue(header.ProducerId, out ProducerEntry? entry))
        {
            entry = new ProducerEntry(header.ProducerEpoch);
            _producers.Add(header.ProducerId, entry);
        }
        return entry;
    }

    private static ProducerVerdict RefuseEpoch(in BatchHeader batch, ProducerEntry entry) => ProducerVerdict.Refuse(
        ErrorCode.InvalidProducerEpoch, $"Producer {batch.ProducerId} has epoch {batch.ProducerEpoch}, but epoch {entry.Epoch} was seen; a newer instance has taken over.");

    private static ProducerVerdict CheckNewEpoch(in BatchHeader batch) => batch.BaseSequence == 0
        ? ProducerVerdict.Accept
        : ProducerVerdict.Refuse(
            ErrorCode.OutOfOrderSequenceNumber, $"Producer {batch.ProducerId} begins epoch {batch.ProducerEpoch} with sequence {batch.BaseSequence}; it must begin with 0.");

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
            : ProducerVerdict.Refuse(ErrorCode.OutOfOrderSequenceNumber, $"Producer {batch.ProducerId} sent sequence {batch.BaseSequence}; the next one is {expected}.");
    }
}
