using System.Buffers.Binary;
using StreamCoord.Partitions;

namespace StreamCoord.Records;

/// <summary>
/// The end of a producer's transaction in one partition: a control batch with one record, byte for byte as Kafka writes it (key: version 0 and the kind; value: version 0 and the coordinator's epoch). Immutable.
/// </summary>
/// <param name="IsCommit">True when the transaction's records count, false when they are to be dropped.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that decided it.</param>
public readonly record struct TransactionMarker(bool IsCommit, int CoordinatorEpoch)
{
    private const int KeySizeBytes = 4;
    private const int ValueSizeBytes = 6;
    private const short AbortKind = 0;
    private const short CommitKind = 1;

    /// <summary>Makes the batch that ends a producer's transaction.</summary>
    /// <param name="producerId">The producer.</param>
    /// <param name="producerEpoch">Its epoch.</param>
    /// <param name="timestampMs">Milliseconds since 1970.</param>
    public RecordData ToBatch(long producerId, short producerEpoch, long timestampMs)
    {
        Span<byte> key = stackalloc byte[KeySizeBytes];
        BinaryPrimitives.WriteInt16BigEndian(key, 0);
        BinaryPrimitives.WriteInt16BigEndian(key[2..], IsCommit ? CommitKind : AbortKind);
        Span<byte> value = stackalloc byte[ValueSizeBytes];
        BinaryPrimitives.WriteInt16BigEndian(value, 0);
        BinaryPrimitives.WriteInt32BigEndian(value[2..], CoordinatorEpoch);
        using var builder = new RecordBatchBuilder { ProducerId = producerId, ProducerEpoch = producerEpoch, IsTransactional = true, IsControl = true };
        builder.Append(timestampMs, key, value, default(ReadOnlySpan<byte>));
        return builder.Build();
    }

    /// <summary>Reads a marker; null for a control batch of another kind, and for one that is malformed or empty.</summary>
    /// <param name="batch">Bytes that begin with one whole control batch.</param>
    public static TransactionMarker? TryRead(ReadOnlySpan<byte> batch)
    {
        using var reader = new RecordReader(batch);
        if (!reader.Header.IsControl || !reader.MoveNext(out RecordView record) || record.Key.IsNull || record.Key.Span.Length < KeySizeBytes ||
            record.Value.IsNull || record.Value.Span.Length < ValueSizeBytes)
        {
            return null;
        }
        short kind = BinaryPrimitives.ReadInt16BigEndian(record.Key.Span[2..]);
        return kind is AbortKind or CommitKind ? new TransactionMarker(kind == CommitKind, BinaryPrimitives.ReadInt32BigEndian(record.Value.Span[2..])) : null;
    }
}
