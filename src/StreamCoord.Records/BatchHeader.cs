using System.Buffers.Binary;

namespace StreamCoord.Records;

/// <summary>
/// The fixed part of one record batch, as it stands in the bytes. Immutable. Reading it proves only that the size is sane
/// (<see cref="SizeBytes"/> is at least <see cref="BatchLayout.HeaderSizeBytes"/>): nothing else is checked, the CRC least of all.
/// </summary>
public readonly struct BatchHeader
{
    /// <summary>The offset of the batch's first position, also when compaction took that record away.</summary>
    public Offset BaseOffset { get; private init; }

    /// <summary>The whole batch in bytes, header included.</summary>
    public int SizeBytes { get; private init; }

    /// <summary>The epoch of the leader that appended the batch.</summary>
    public LeaderEpoch LeaderEpoch { get; private init; }

    /// <summary>The format version; <see cref="BatchLayout.MagicV2"/> for everything that was accepted.</summary>
    public byte Magic { get; private init; }

    /// <summary>The CRC-32C the batch claims.</summary>
    public uint Crc { get; private init; }

    /// <summary>The attribute bits.</summary>
    public short Attributes { get; private init; }

    /// <summary><see cref="LastOffset"/> minus <see cref="BaseOffset"/>.</summary>
    public int LastOffsetDelta { get; private init; }

    /// <summary>
    /// What the timestamp deltas of the records count from, in milliseconds since 1970. With <see cref="HasDeleteHorizon"/> it is
    /// the delete horizon.
    /// </summary>
    public long BaseTimestampMs { get; private init; }

    /// <summary>The largest timestamp of the records in milliseconds since 1970, or the leader's time with <see cref="HasLogAppendTime"/>.</summary>
    public long MaxTimestampMs { get; private init; }

    /// <summary>The idempotent producer, or -1.</summary>
    public long ProducerId { get; private init; }

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch { get; private init; }

    /// <summary>The sequence number of the batch's first record when it was appended, or -1.</summary>
    public int BaseSequence { get; private init; }

    /// <summary>How many records the batch says it holds.</summary>
    public int RecordCount { get; private init; }

    /// <summary>The offset of the batch's last position.</summary>
    public Offset LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset after the batch.</summary>
    public Offset NextOffset => BaseOffset + LastOffsetDelta + 1;

    /// <summary>The codec of the records; a value outside the enumeration when the batch names one that does not exist.</summary>
    public CompressionCodec Compression => (CompressionCodec)(Attributes & BatchLayout.CompressionMask);

    /// <summary>True when the batch belongs to a transaction.</summary>
    public bool IsTransactional => (Attributes & BatchLayout.TransactionalBit) != 0;

    /// <summary>True when the batch holds a marker that only brokers write.</summary>
    public bool IsControl => (Attributes & BatchLayout.ControlBit) != 0;

    /// <summary>True when <see cref="MaxTimestampMs"/> is the timestamp of every record.</summary>
    public bool HasLogAppendTime => (Attributes & BatchLayout.LogAppendTimeBit) != 0;

    /// <summary>True when <see cref="BaseTimestampMs"/> is the time from which compaction may drop tombstones and markers.</summary>
    public bool HasDeleteHorizon => (Attributes & BatchLayout.DeleteHorizonBit) != 0;

    /// <summary>True when an idempotent producer wrote the batch.</summary>
    public bool HasProducer => ProducerId >= 0;

    /// <summary>The sequence number of the last position, or -1 without one. Numbers wrap from 2147483647 to 0.</summary>
    public int LastSequence => BaseSequence < 0 ? -1 : (int)(((long)BaseSequence + LastOffsetDelta) & int.MaxValue);

    /// <summary>
    /// Reads the header that <paramref name="bytes"/> begin with; the records need not be there. False when there are fewer than
    /// <see cref="BatchLayout.HeaderSizeBytes"/> bytes or the length field cannot be that of a batch.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < BatchLayout.HeaderSizeBytes)
        {
            return false;
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.LengthAt..]);
        if (length is < BatchLayout.LengthMin or > int.MaxValue - BatchLayout.LengthPrefixBytes)
        {
            return false;
        }
        header = new BatchHeader
        {
            BaseOffset = new Offset(BinaryPrimitives.ReadInt64BigEndian(bytes)),
            SizeBytes = length + BatchLayout.LengthPrefixBytes,
            LeaderEpoch = new LeaderEpoch(BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.LeaderEpochAt..])),
            Magic = bytes[BatchLayout.MagicAt],
            Crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[BatchLayout.CrcAt..]),
            Attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[BatchLayout.AttributesAt..]),
            LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.LastOffsetDeltaAt..]),
            BaseTimestampMs = BinaryPrimitives.ReadInt64BigEndian(bytes[BatchLayout.BaseTimestampAt..]),
            MaxTimestampMs = BinaryPrimitives.ReadInt64BigEndian(bytes[BatchLayout.MaxTimestampAt..]),
            ProducerId = BinaryPrimitives.ReadInt64BigEndian(bytes[BatchLayout.ProducerIdAt..]),
            ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(bytes[BatchLayout.ProducerEpochAt..]),
            BaseSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.BaseSequenceAt..]),
            RecordCount = BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.RecordCountAt..]),
        };
        return true;
    }
}
