using System.Buffers.Binary;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Producers;

/// <summary>
/// The producers as they were at one offset, and where that offset lies: <c>&lt;offset&gt;.snapshot</c>. It is written only after
/// everything below its offset is durable, so that recovery starts there and reads nothing before it.
/// </summary>
/// <param name="Offset">Every batch below is in the snapshot, none at or above.</param>
/// <param name="SegmentBase">The base offset of the segment that holds the offset.</param>
/// <param name="Position">Where the batch of that offset begins, or would begin, in that segment. Bytes.</param>
/// <param name="FirstTimestampMs">The largest timestamp of that segment's first batch, or -1.</param>
/// <param name="MaxTimestampMs">The largest timestamp of that segment before the position, or -1.</param>
/// <remarks>Layout: docs/internals/log-files.md.</remarks>
internal sealed record ProducerSnapshot(Offset Offset, Offset SegmentBase, int Position, long FirstTimestampMs, long MaxTimestampMs)
{
    private const uint Kind = 0x5343_5053; // "SCPS"
    private const ushort Version = 2;
    private const ushort VersionWithoutTransactions = 1;
    private const int FixedSizeBytes = 40;
    private const int ProducerSizeBytes = 32;
    private const int OldProducerSizeBytes = 12;
    private const int BatchSizeBytes = 32;

    /// <summary>Writes the snapshot; durable when this returns.</summary>
    public void Write(ILogDisk disk, string path, ProducerStates producers)
    {
        int sizeBytes = FixedSizeBytes + producers.Producers.Values.Sum(entry => ProducerSizeBytes + entry.Batches.Count * BatchSizeBytes);
        byte[] content = new byte[sizeBytes];
        BinaryPrimitives.WriteInt64BigEndian(content, Offset.Value);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8), SegmentBase.Value);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(16), Position);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(20), producers.Producers.Count);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(24), FirstTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(32), MaxTimestampMs);
        Span<byte> rest = content.AsSpan(FixedSizeBytes);
        foreach ((long producerId, ProducerEntry entry) in producers.Producers)
        {
            WriteEntry(ref rest, producerId, entry);
        }
        CheckedFile.Write(disk, path, Kind, Version, content);
    }

    /// <summary>Reads a snapshot and puts its producers into <paramref name="producers"/>; null, and no producers, when it is missing or damaged.</summary>
    public static ProducerSnapshot? TryRead(ILogDisk disk, string path, ProducerStates producers)
    {
        producers.Clear();
        if (CheckedFile.TryRead(disk, path, Kind, Version, out ushort version) is not { Length: >= FixedSizeBytes } content)
        {
            return null;
        }
        int count = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(20));
        ReadOnlySpan<byte> rest = content.AsSpan(FixedSizeBytes);
        for (int i = 0; i < count; i++)
        {
            ReadEntry(ref rest, producers, version);
        }
        return new ProducerSnapshot(
            new Offset(BinaryPrimitives.ReadInt64BigEndian(content)),
            new Offset(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(8))),
            BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(16)),
            BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(24)),
            BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(32)));
    }

    private static void WriteEntry(ref Span<byte> rest, long producerId, ProducerEntry entry)
    {
        BinaryPrimitives.WriteInt64BigEndian(rest, producerId);
        BinaryPrimitives.WriteInt16BigEndian(rest[8..], entry.Epoch);
        BinaryPrimitives.WriteInt16BigEndian(rest[10..], (short)entry.Batches.Count);
        BinaryPrimitives.WriteInt32BigEndian(rest[12..], entry.CoordinatorEpoch);
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], entry.OpenFrom.Value);
        BinaryPrimitives.WriteInt64BigEndian(rest[24..], entry.LastTimestampMs);
        rest = rest[ProducerSizeBytes..];
        foreach (ProducerBatch batch in entry.Batches)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, batch.BaseSequence);
            BinaryPrimitives.WriteInt32BigEndian(rest[4..], batch.LastSequence);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], batch.BaseOffset.Value);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], batch.LastOffset.Value);
            BinaryPrimitives.WriteInt64BigEndian(rest[24..], batch.TimestampMs);
            rest = rest[BatchSizeBytes..];
        }
    }

    private static void ReadEntry(ref ReadOnlySpan<byte> rest, ProducerStates producers, ushort version)
    {
        long producerId = BinaryPrimitives.ReadInt64BigEndian(rest);
        short epoch = BinaryPrimitives.ReadInt16BigEndian(rest[8..]);
        short count = BinaryPrimitives.ReadInt16BigEndian(rest[10..]);
        bool hasTransactions = version > VersionWithoutTransactions;
        ReadOnlySpan<byte> fixedPart = rest;
        rest = rest[(hasTransactions ? ProducerSizeBytes : OldProducerSizeBytes)..];
        var entry = new ProducerEntry(epoch);
        for (int i = 0; i < count; i++)
        {
            entry.Add(epoch, new ProducerBatch(
                BinaryPrimitives.ReadInt32BigEndian(rest),
                BinaryPrimitives.ReadInt32BigEndian(rest[4..]),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(rest[8..])),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(rest[16..])),
                BinaryPrimitives.ReadInt64BigEndian(rest[24..])));
            rest = rest[BatchSizeBytes..];
        }
        if (hasTransactions)
        {
            entry.Restore(
                BinaryPrimitives.ReadInt32BigEndian(fixedPart[12..]),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(fixedPart[16..])),
                BinaryPrimitives.ReadInt64BigEndian(fixedPart[24..]));
        }
        producers.Restore(producerId, entry);
    }
}
