using System.Buffers.Binary;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log;

/// <summary>
/// What a partition must know and its batches do not tell: <c>state</c>, beside the segments. Written when a segment is finished and
/// when one of its values must survive; what belongs to later batches is read from them. Layout: docs/internals/log-files.md.
/// </summary>
/// <param name="StartOffset">The first offset that clients may read.</param>
/// <param name="CleanedTo">Compaction has been over everything below this offset.</param>
/// <param name="GapsBelow">Offsets may be missing between the batches of segments that begin below this one, because compaction has been there: this log's own, or that of the leader that it followed.</param>
/// <param name="Epochs">The leader-epoch history at the time of writing.</param>
internal sealed record LogState(Offset StartOffset, Offset CleanedTo, Offset GapsBelow, IReadOnlyList<EpochStart> Epochs)
{
    public const string FileName = "state";

    private const uint Kind = 0x5343_5354; // "SCST"
    private const ushort Version = 2;
    private const ushort VersionWithoutGaps = 1;
    private const int FixedSizeBytes = 28;
    private const int OldFixedSizeBytes = 20;
    private const int EpochSizeBytes = 12;

    public void Write(ILogDisk disk, string directory) => CheckedFile.Write(disk, Path.Combine(directory, FileName), ToBytes());

    /// <summary>The content of the file.</summary>
    public byte[] ToBytes()
    {
        byte[] content = new byte[FixedSizeBytes + Epochs.Count * EpochSizeBytes];
        BinaryPrimitives.WriteInt64BigEndian(content, StartOffset.Value);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8), CleanedTo.Value);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(16), GapsBelow.Value);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(24), Epochs.Count);
        for (int i = 0; i < Epochs.Count; i++)
        {
            Span<byte> entry = content.AsSpan(FixedSizeBytes + i * EpochSizeBytes);
            BinaryPrimitives.WriteInt32BigEndian(entry, Epochs[i].Epoch.Value);
            BinaryPrimitives.WriteInt64BigEndian(entry[4..], Epochs[i].StartOffset.Value);
        }
        return CheckedFile.ToBytes(Kind, Version, content);
    }

    /// <summary>Null when the file is missing or damaged.</summary>
    public static LogState? TryRead(ILogDisk disk, string directory)
    {
        if (CheckedFile.TryRead(disk, Path.Combine(directory, FileName), Kind, Version, out ushort version) is not { Length: >= OldFixedSizeBytes } content)
        {
            return null;
        }
        int fixedSizeBytes = version == VersionWithoutGaps ? OldFixedSizeBytes : FixedSizeBytes;
        var epochs = new EpochStart[BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(fixedSizeBytes - 4))];
        for (int i = 0; i < epochs.Length; i++)
        {
            ReadOnlySpan<byte> entry = content.AsSpan(fixedSizeBytes + i * EpochSizeBytes);
            epochs[i] = new EpochStart(
                new LeaderEpoch(BinaryPrimitives.ReadInt32BigEndian(entry)), new Offset(BinaryPrimitives.ReadInt64BigEndian(entry[4..])));
        }
        var cleanedTo = new Offset(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(8)));
        Offset gapsBelow = version == VersionWithoutGaps ? cleanedTo : new Offset(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(16)));
        return new LogState(new Offset(BinaryPrimitives.ReadInt64BigEndian(content)), cleanedTo, gapsBelow, epochs);
    }
}
