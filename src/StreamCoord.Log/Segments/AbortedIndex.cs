using System.Buffers.Binary;
using StreamCoord.Log.Producers;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Segments;

/// <summary>
/// The transactions whose abort markers lie in one segment, in the order of the markers: <c>&lt;base offset&gt;.txnindex</c>, there only when there is one. While a segment is written to they are
/// in memory; the file is written when the segment is finished and when a checkpoint saves recovery the scan. Layout: docs/internals/log-files.md.
/// </summary>
/// <remarks>Owns its file. One writer; readers beside it. Always in the order of the markers.</remarks>
internal sealed class AbortedIndex(ILogDisk disk, string path)
{
    private const uint Kind = 0x5343_4142; // "SCAB"
    private const ushort Version = 1;
    private const int EntrySizeBytes = 32;

    private readonly Lock _gate = new();
    private List<AbortedRange>? _ranges;
    private bool _isFileCurrent = true;

    /// <summary>Begins with what is known.</summary>
    public void Restore(IEnumerable<AbortedRange> ranges)
    {
        lock (_gate)
        {
            _ranges = [.. ranges];
            _isFileCurrent = false;
        }
    }

    /// <summary>Adds what markers have aborted that were just written; behind <see cref="Restore"/>.</summary>
    public void Add(IReadOnlyList<AbortedRange> ranges)
    {
        lock (_gate)
        {
            Invariant.Holds(_ranges is not null);
            _ranges.AddRange(ranges);
            _isFileCurrent = false;
        }
    }

    /// <summary>All of them; null when the file is damaged, so that the segment must be scanned.</summary>
    public AbortedRange[]? TryRead()
    {
        lock (_gate)
        {
            _ranges ??= TryLoad();
            return _ranges is null ? null : [.. _ranges];
        }
    }

    /// <summary>Writes the file, if it has to change; durable when this returns.</summary>
    public void Save()
    {
        AbortedRange[] ranges;
        lock (_gate)
        {
            if (_isFileCurrent || (_ranges!.Count == 0 && !disk.Exists(path)))
            {
                return;
            }
            ranges = [.. _ranges];
        }
        Write(disk, path, ranges);
        lock (_gate)
        {
            _isFileCurrent = true;
        }
    }

    /// <summary>Writes such a file; durable when this returns.</summary>
    public static void Write(ILogDisk disk, string path, IReadOnlyList<AbortedRange> ranges)
    {
        byte[] content = new byte[ranges.Count * EntrySizeBytes];
        for (int i = 0; i < ranges.Count; i++)
        {
            Span<byte> entry = content.AsSpan(i * EntrySizeBytes);
            BinaryPrimitives.WriteInt64BigEndian(entry, ranges[i].ProducerId);
            BinaryPrimitives.WriteInt64BigEndian(entry[8..], ranges[i].FirstOffset.Value);
            BinaryPrimitives.WriteInt64BigEndian(entry[16..], ranges[i].MarkerOffset.Value);
            BinaryPrimitives.WriteInt64BigEndian(entry[24..], ranges[i].StableOffset.Value);
        }
        CheckedFile.Write(disk, path, Kind, Version, content);
    }

    private List<AbortedRange>? TryLoad()
    {
        if (!disk.Exists(path))
        {
            return [];
        }
        if (CheckedFile.TryRead(disk, path, Kind, Version) is not { } content)
        {
            return null;
        }
        var ranges = new List<AbortedRange>(content.Length / EntrySizeBytes);
        for (int at = 0; at + EntrySizeBytes <= content.Length; at += EntrySizeBytes)
        {
            ReadOnlySpan<byte> entry = content.AsSpan(at);
            ranges.Add(new AbortedRange(
                BinaryPrimitives.ReadInt64BigEndian(entry),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(entry[8..])),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(entry[16..])),
                new Offset(BinaryPrimitives.ReadInt64BigEndian(entry[24..]))));
        }
        return ranges;
    }
}
