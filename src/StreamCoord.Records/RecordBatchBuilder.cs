using System.Buffers.Binary;
using System.Text;
using StreamCoord.Partitions;

namespace StreamCoord.Records;

/// <summary>
/// Builds one batch after another in pooled memory; nothing is allocated per record. The header's properties are set before the
/// first record of a batch and stay for the next batches until they are changed. Owns its memory; <see cref="Build"/> hands a
/// finished batch over. Not safe for concurrent use.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    private const int RecordPrefixBytesMax = Varint.Int32SizeBytesMax + 1 + Varint.Int64SizeBytesMax + Varint.Int32SizeBytesMax;

    private PooledBuffer _buffer = new();
    private long _baseTimestampMs;
    private long _maxTimestampMs;
    private int _lastOffsetDelta;

    /// <summary>An empty builder of uncompressed batches without a producer.</summary>
    public RecordBatchBuilder() => Reset();

    /// <summary>The codec of the batches to come.</summary>
    public CompressionCodec Codec { get; set; }

    /// <summary>The codec's level; see <see cref="BatchCompression.Compress"/>.</summary>
    public int? Level { get; set; }

    /// <summary>The base offset; the leader writes its own on append.</summary>
    public Offset BaseOffset { get; set; } = Offset.Zero;

    /// <summary>The leader epoch; the leader writes its own on append.</summary>
    public LeaderEpoch LeaderEpoch { get; set; } = LeaderEpoch.Unknown;

    /// <summary>The idempotent producer, or -1.</summary>
    public long ProducerId { get; set; } = -1;

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch { get; set; } = -1;

    /// <summary>The sequence number of the next batch's first record, or -1.</summary>
    public int BaseSequence { get; set; } = -1;

    /// <summary>True for batches of a transaction.</summary>
    public bool IsTransactional { get; set; }

    /// <summary>True for batches that hold a transaction marker.</summary>
    public bool IsControl { get; set; }

    /// <summary>The time (milliseconds since 1970) to note as delete horizon, or null. Set it before the first record.</summary>
    public long? DeleteHorizonMs { get; set; }

    /// <summary>How many records the batch holds.</summary>
    public int RecordCount { get; private set; }

    /// <summary>The batch's size in bytes if it were built now without compression.</summary>
    public int SizeBytes => _buffer.WrittenBytes;

    /// <summary>The most that one record adds to <see cref="SizeBytes"/>, without headers.</summary>
    public static long RecordSizeBytesMax(int keyBytes, int valueBytes) =>
        (long)RecordPrefixBytesMax + (3 * Varint.Int32SizeBytesMax) + keyBytes + valueBytes;

    /// <summary>Takes memory for a batch of a size at once, where somebody knows it: else the memory is doubled, and copied, as the batch grows.</summary>
    /// <param name="sizeBytes">The size that is expected; the batch may get larger all the same.</param>
    public void Reserve(int sizeBytes)
    {
        if (sizeBytes > _buffer.WrittenBytes)
        {
            _buffer.GetSpan(sizeBytes - _buffer.WrittenBytes);
        }
    }

    /// <summary>Adds a record behind the last one.</summary>
    /// <param name="timestampMs">Milliseconds since 1970.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="headers">The headers, in their order.</param>
    public void Append(long timestampMs, NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers = default) =>
        Append(RecordCount == 0 ? 0 : _lastOffsetDelta + 1, timestampMs, key, value, headers);

    /// <summary>Adds a record whose value is two parts, one behind the other.</summary>
    /// <param name="timestampMs">Milliseconds since 1970.</param>
    /// <param name="key">The key.</param>
    /// <param name="valueHead">The value's first part.</param>
    /// <param name="valueTail">The value's second part.</param>
    public void Append(long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> valueHead, ReadOnlySpan<byte> valueTail)
    {
        int valueBytes = checked(valueHead.Length + valueTail.Length);
        Span<byte> target = BeginRecord(_lastOffsetDelta + 1, timestampMs, (long)SizeOfBytes(key.Length) + SizeOfBytes(valueBytes) + 1, out int at);
        at = Write(target, at, key);
        at += Varint.Write(target[at..], valueBytes);
        valueHead.CopyTo(target[at..]);
        valueTail.CopyTo(target[(at + valueHead.Length)..]);
        at += valueBytes;
        at += Varint.Write(target[at..], 0);
        EndRecord(_lastOffsetDelta + 1, timestampMs, at);
    }

    /// <summary>Adds a record at a given place, as compaction does, which leaves gaps.</summary>
    /// <param name="offsetDelta">Its offset minus <see cref="BaseOffset"/>: 0 or greater, and greater than the last one.</param>
    /// <param name="timestampMs">Milliseconds since 1970.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="headers">The headers, in their order.</param>
    public void Append(int offsetDelta, long timestampMs, NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers = default)
    {
        long bodyBytes = SizeOf(key) + SizeOf(value) + Varint.SizeBytes(headers.Length);
        foreach (RecordHeader header in headers)
        {
            bodyBytes += SizeOfBytes(Encoding.UTF8.GetByteCount(header.Name)) + (header.Value is { } bytes ? SizeOfBytes(bytes.Length) : 1);
        }
        Span<byte> target = BeginRecord(offsetDelta, timestampMs, bodyBytes, out int at);
        at = Write(target, at, key);
        at = Write(target, at, value);
        at += Varint.Write(target[at..], headers.Length);
        foreach (RecordHeader header in headers)
        {
            at += Varint.Write(target[at..], Encoding.UTF8.GetByteCount(header.Name));
            at += Encoding.UTF8.GetBytes(header.Name, target[at..]);
            at = Write(target, at, header.Value is { } bytes ? bytes.Span : NullableBytes.Null);
        }
        EndRecord(offsetDelta, timestampMs, at);
    }

    /// <summary>Adds a record as it was read, headers included, at its own offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The record lies before <see cref="BaseOffset"/> or the last record.</exception>
    public void Append(in RecordView record)
    {
        int offsetDelta = checked((int)(record.Offset - BaseOffset));
        Span<byte> target = BeginRecord(offsetDelta, record.StoredTimestampMs, record.Body.Length, out int at);
        record.Body.CopyTo(target[at..]);
        EndRecord(offsetDelta, record.StoredTimestampMs, at + record.Body.Length);
    }

    /// <summary>Finishes the batch and begins the next. The caller owns the batch.</summary>
    /// <exception cref="InvalidOperationException">There is no record.</exception>
    public RecordData Build()
    {
        if (RecordCount == 0)
        {
            throw new InvalidOperationException("A batch needs a record.");
        }
        PooledBuffer batch = _buffer;
        _buffer = new PooledBuffer();
        if (Codec != CompressionCodec.None)
        {
            batch = Compressed(batch);
        }
        WriteHeader(batch.WrittenSpan);
        Reset();
        return new RecordData(batch, batch.WrittenBytes);
    }

    /// <summary>Finishes the batch, puts it behind what <paramref name="target"/> holds, and begins the next. Without compression.</summary>
    /// <exception cref="InvalidOperationException">There is no record, or a codec is set.</exception>
    public void BuildInto(PooledBuffer target)
    {
        if (RecordCount == 0 || Codec != CompressionCodec.None)
        {
            throw new InvalidOperationException("A batch needs a record, and here no compression.");
        }
        WriteHeader(_buffer.WrittenSpan);
        target.Write(_buffer.WrittenSpan);
        Reset();
    }

    /// <summary>Drops the records; the header's properties and the memory stay.</summary>
    public void Reset()
    {
        _buffer.Truncate(0);
        _buffer.GetSpan(BatchLayout.HeaderSizeBytes);
        _buffer.Advance(BatchLayout.HeaderSizeBytes);
        RecordCount = 0;
        _lastOffsetDelta = -1;
        _maxTimestampMs = long.MinValue;
    }

    /// <summary>Gives the memory back to its pool.</summary>
    public void Dispose() => _buffer.Dispose();

    private Span<byte> BeginRecord(int offsetDelta, long timestampMs, long bodyBytes, out int at)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(offsetDelta, _lastOffsetDelta);
        if (RecordCount == 0)
        {
            _baseTimestampMs = DeleteHorizonMs ?? timestampMs;
        }
        long timestampDeltaMs = timestampMs - _baseTimestampMs;
        int length = checked((int)(1 + Varint.SizeBytes(timestampDeltaMs) + Varint.SizeBytes(offsetDelta) + bodyBytes));
        Span<byte> target = _buffer.GetSpan(checked(Varint.Int32SizeBytesMax + length));
        at = Varint.Write(target, length);
        target[at++] = 0; // A record's attributes; all bits are unused.
        at += Varint.Write(target[at..], timestampDeltaMs);
        at += Varint.Write(target[at..], offsetDelta);
        return target;
    }

    private void EndRecord(int offsetDelta, long timestampMs, int sizeBytes)
    {
        _buffer.Advance(sizeBytes);
        _lastOffsetDelta = offsetDelta;
        _maxTimestampMs = Math.Max(_maxTimestampMs, timestampMs);
        RecordCount++;
    }

    private PooledBuffer Compressed(PooledBuffer plain)
    {
        var batch = new PooledBuffer();
        batch.Write(plain.WrittenSpan[..BatchLayout.HeaderSizeBytes]);
        BatchCompression.Compress(Codec, Level, plain.WrittenSpan[BatchLayout.HeaderSizeBytes..], batch);
        plain.Dispose();
        return batch;
    }

    private void WriteHeader(Span<byte> batch)
    {
        int attributes = (int)Codec
            | (IsTransactional ? BatchLayout.TransactionalBit : 0)
            | (IsControl ? BatchLayout.ControlBit : 0)
            | (DeleteHorizonMs is null ? 0 : BatchLayout.DeleteHorizonBit);
        BatchPatch.SetBaseOffset(batch, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.LengthAt..], batch.Length - BatchLayout.LengthPrefixBytes);
        BatchPatch.SetLeaderEpoch(batch, LeaderEpoch);
        batch[BatchLayout.MagicAt] = BatchLayout.MagicV2;
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchLayout.AttributesAt..], (short)attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.LastOffsetDeltaAt..], _lastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseTimestampAt..], _baseTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.MaxTimestampAt..], _maxTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.ProducerIdAt..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchLayout.ProducerEpochAt..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.BaseSequenceAt..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.RecordCountAt..], RecordCount);
        BatchPatch.WriteCrc(batch);
    }

    private static int SizeOf(NullableBytes bytes) => bytes.IsNull ? 1 : SizeOfBytes(bytes.Span.Length);

    private static int SizeOfBytes(int length) => checked(Varint.SizeBytes(length) + length);

    private static int Write(Span<byte> target, int at, NullableBytes bytes)
    {
        at += Varint.Write(target[at..], bytes.IsNull ? -1 : bytes.Span.Length);
        bytes.Span.CopyTo(target[at..]);
        return at + bytes.Span.Length;
    }
}
