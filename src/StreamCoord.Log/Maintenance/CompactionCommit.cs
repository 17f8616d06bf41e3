using System.Buffers.Binary;
using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Maintenance;

/// <summary>
/// Puts a compacted segment in the place of those it was made of, so that a crash at any point leaves either all of them or it:
/// the file <c>compaction</c> names them, and as long as it is there the exchange is carried on at the next opening.
/// </summary>
/// <param name="Replaced">The base offsets of the segments; the first is also that of the new one.</param>
internal sealed record CompactionCommit(IReadOnlyList<Offset> Replaced)
{
    public const string FileName = "compaction";

    private const uint Kind = 0x5343_434D; // "SCCM"
    private const ushort Version = 1;

    /// <summary>The point of no return: durable when this returns. The new segment's file is durable before.</summary>
    public void Write(ILogDisk disk, string directory)
    {
        byte[] content = new byte[Replaced.Count * 8];
        for (int i = 0; i < Replaced.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(i * 8), Replaced[i].Value);
        }
        CheckedFile.Write(disk, Path.Combine(directory, FileName), Kind, Version, content);
    }

    /// <summary>Carries out, or carries on, the exchange that is written down; nothing when none is.</summary>
    public static void Finish(ILogDisk disk, string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (CheckedFile.TryRead(disk, path, Kind, Version) is not { Length: > 0 } content)
        {
            return;
        }
        var target = new Offset(BinaryPrimitives.ReadInt64BigEndian(content));
        string logPath = Path.Combine(directory, SegmentFileName.Log(target));
        disk.Delete(Path.Combine(directory, SegmentFileName.Index(target)));
        if (disk.Exists(logPath + SegmentFileName.CleanedSuffix))
        {
            disk.Rename(logPath + SegmentFileName.CleanedSuffix, logPath);
        }
        string abortedPath = Path.Combine(directory, SegmentFileName.Aborted(target));
        if (disk.Exists(abortedPath + SegmentFileName.CleanedSuffix))
        {
            disk.Rename(abortedPath + SegmentFileName.CleanedSuffix, abortedPath);
        }
        for (int at = 8; at < content.Length; at += 8)
        {
            var replaced = new Offset(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(at)));
            disk.Delete(Path.Combine(directory, SegmentFileName.Log(replaced)));
            disk.Delete(Path.Combine(directory, SegmentFileName.Index(replaced)));
            disk.Delete(Path.Combine(directory, SegmentFileName.Aborted(replaced)));
            disk.Delete(Path.Combine(directory, SegmentFileName.Snapshot(replaced)));
        }
        disk.FlushDirectory(directory);
        disk.Delete(path);
        disk.FlushDirectory(directory);
    }
}
