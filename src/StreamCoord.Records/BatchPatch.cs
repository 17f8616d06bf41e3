using System.Buffers.Binary;

namespace StreamCoord.Records;

/// <summary>
/// The few changes that a leader or the cleaner makes to a batch in place. Every method takes exactly one whole batch of format v2
/// and leaves it valid: where the change lies under the CRC, the CRC is computed again. The caller owns the bytes; nothing is kept.
/// </summary>
public static class BatchPatch
{
    /// <summary>Gives the batch its place in the log. Outside the CRC.</summary>
    public static void SetBaseOffset(Span<byte> batch, Offset baseOffset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseOffsetAt..], baseOffset.Value);

    /// <summary>Notes the epoch of the leader that appends the batch. Outside the CRC.</summary>
    public static void SetLeaderEpoch(Span<byte> batch, LeaderEpoch epoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.LeaderEpochAt..], epoch.Value);

    /// <summary>
    /// Makes <paramref name="nowMs"/> (milliseconds since 1970) the timestamp of every record; their own timestamps stay in the bytes.
    /// </summary>
    public static void StampLogAppendTime(Span<byte> batch, long nowMs)
    {
        AddAttribute(batch, BatchLayout.LogAppendTimeBit);
        SetMaxTimestamp(batch, nowMs);
    }

    /// <summary>Corrects the largest timestamp (milliseconds since 1970).</summary>
    public static void SetMaxTimestamp(Span<byte> batch, long maxTimestampMs)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.MaxTimestampAt..], maxTimestampMs);
        WriteCrc(batch);
    }

    /// <summary>
    /// Notes the time (milliseconds since 1970) from which compaction may drop the batch's tombstones and markers. It takes the place
    /// of the base timestamp, so a batch whose records count from that must be rewritten instead.
    /// </summary>
    /// <exception cref="ArgumentException">The batch holds records with timestamps of their own.</exception>
    public static void SetDeleteHorizon(Span<byte> batch, long deleteHorizonMs)
    {
        if (!BatchHeader.TryRead(batch, out BatchHeader header) || (header.RecordCount > 0 && !header.HasLogAppendTime))
        {
            throw new ArgumentException("The records' timestamps count from the base timestamp: rewrite the batch instead.", nameof(batch));
        }
        AddAttribute(batch, BatchLayout.DeleteHorizonBit);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseTimestampAt..], deleteHorizonMs);
        WriteCrc(batch);
    }

    /// <summary>Computes the CRC of the batch and writes it into its header.</summary>
    public static void WriteCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[BatchLayout.CrcAt..], Crc32C.Compute(batch[BatchLayout.CrcCoversFrom..]));

    private static void AddAttribute(Span<byte> batch, short bit)
    {
        Span<byte> attributes = batch[BatchLayout.AttributesAt..];
        BinaryPrimitives.WriteInt16BigEndian(attributes, (short)(BinaryPrimitives.ReadInt16BigEndian(attributes) | bit));
    }
}
