using StreamCoord.Client.Consuming;

namespace StreamCoord.Client;

/// <summary>
/// Records of one partition, as they were fetched, for <c>foreach</c>. It and its records are valid until the next batch is asked for: then the memory is used again. For one reader.
/// </summary>
public sealed class ConsumedBatch
{
    private readonly FetchedRecords _records;
    private readonly PartitionCursor _cursor;

    internal ConsumedBatch(PartitionCursor cursor, FetchedRecords records) => (_cursor, _records) = (cursor, records);

    /// <summary>The partition.</summary>
    public TopicPartition Partition => _cursor.Partition;

    /// <summary>Its records that were not looked at yet.</summary>
    public RecordEnumerator GetEnumerator() => new(this);

    /// <summary>Goes to the next record; false when there is none, or the partition was taken away, paused or left by a seek meanwhile.</summary>
    internal bool TryMoveNext(out ConsumedRecord record)
    {
        if (_cursor.MayGive && _records.MoveNext(out record))
        {
            _cursor.Next = record.Offset + 1;
            return true;
        }
        record = default;
        return false;
    }

    /// <summary>Walks through a batch.</summary>
    public struct RecordEnumerator
    {
        private readonly ConsumedBatch _batch;
        private ConsumedRecord _current;

        internal RecordEnumerator(ConsumedBatch batch) => (_batch, _current) = (batch, default);

        /// <summary>The record that <see cref="MoveNext"/> went to.</summary>
        public readonly ConsumedRecord Current => _current;

        /// <summary>Goes to the next record; false when there is none.</summary>
        /// <exception cref="StreamCoordException">The bytes are malformed.</exception>
        public bool MoveNext() => _batch.TryMoveNext(out _current);
    }
}
