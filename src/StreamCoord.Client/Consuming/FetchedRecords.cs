using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Client.Consuming;

/// <summary>
/// Walks through the records of one fetch: from an offset on, without markers, and for a reader of committed records without those of aborted transactions. Batches are decompressed when they are reached. Not safe for
/// concurrent use.
/// </summary>
internal sealed class FetchedRecords(TopicPartition partition, Prefetched fetched, IsolationLevel isolation, Offset from, bool keepsMemory) : IDisposable
{
    private readonly Offset _from = from;
    private readonly CommittedFilter? _filter = isolation == IsolationLevel.ReadCommitted ? new CommittedFilter(fetched.Aborted) : null;
    private RecordCursor? _batch;
    private int _atBytes;

    /// <summary>The offset behind all that was walked through.</summary>
    public Offset Next { get; private set; } = from;

    /// <summary>The epoch of the last batch.</summary>
    public LeaderEpoch Epoch { get; private set; } = LeaderEpoch.Unknown;

    /// <summary>Goes to the next record; false at the end.</summary>
    /// <exception cref="StreamCoordException">The bytes are malformed.</exception>
    public bool MoveNext(out ConsumedRecord record)
    {
        while (_batch is not null || TryOpenNext())
        {
            while (_batch!.MoveNext(out RecordSlice slice))
            {
                if (slice.Offset >= _from)
                {
                    Next = slice.Offset + 1;
                    record = new ConsumedRecord(partition, slice);
                    return true;
                }
            }
            Require(_batch.Problem);
            Next = Offset.Max(Next, _batch.Header.NextOffset);
            Dispose();
        }
        record = default;
        return false;
    }

    /// <summary>Passes over the records that are left.</summary>
    public void SkipToEnd() => Next = EndOf(fetched.Data.Bytes.Span, Next);

    /// <summary>Nothing is read any more. Where the memory is not kept, what was read is not valid any more.</summary>
    public void Dispose()
    {
        if (!keepsMemory)
        {
            _batch?.Dispose();
        }
        _batch = null;
    }

    /// <summary>The offset behind the last whole batch, or <paramref name="from"/> when that lies behind it.</summary>
    public static Offset EndOf(ReadOnlySpan<byte> batches, Offset from)
    {
        var sequence = new BatchSequence(batches);
        while (sequence.MoveNext(out BatchHeader header, out _))
        {
            from = Offset.Max(from, header.NextOffset);
        }
        return from;
    }

    private bool TryOpenNext()
    {
        ReadOnlyMemory<byte> rest = fetched.Data.Bytes[_atBytes..];
        var sequence = new BatchSequence(rest.Span);
        while (sequence.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> bytes))
        {
            int startBytes = _atBytes + sequence.ConsumedBytes - header.SizeBytes;
            bool isDropped = _filter is { } filter && filter.IsDropped(header, bytes);
            if (header.NextOffset > _from && !isDropped && !header.IsControl)
            {
                (_atBytes, Epoch) = (startBytes + header.SizeBytes, header.LeaderEpoch);
                _batch = new RecordCursor(fetched.Data.Bytes.Slice(startBytes, header.SizeBytes));
                Require(_batch.Problem);
                return true;
            }
            Next = Offset.Max(Next, header.NextOffset);
        }
        _atBytes = fetched.Data.Bytes.Length;
        return false;
    }

    private void Require(BatchProblem problem)
    {
        if (problem != BatchProblem.None)
        {
            throw new StreamCoordException(ErrorCode.CorruptMessage, $"A batch of {partition} at or behind offset {Next} cannot be read: {problem}.");
        }
    }
}
