using System.Buffers.Binary;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log.Segments;

/// <summary>
/// The sparse index of a segment: finds a batch by offset and by time. It lies in a file and nothing of it is kept in memory:
/// a search reads about twenty entries through the page cache.
/// </summary>
/// <remarks>
/// Owns its file. One writer; searches may run beside it. It is a convenience, never the truth: it can be rebuilt from the
/// segment, and whoever uses an entry checks the batch it leads to. Offsets, positions and timestamps of entries never
/// fall. A finished segment's index ends with a seal, an entry whose position is the segment's size: without it the index
/// is not complete. Layout: docs/internals/log-files.md.
/// </remarks>
internal sealed class SegmentIndex : IDisposable
{
    /// <summary>The size of an entry.</summary>
    public const int EntrySizeBytes = 16;

    private const int HeaderSizeBytes = 8;
    private const uint Kind = 0x5343_4958; // "SCIX"
    private const uint Version = 1;

    private readonly ILogFile _file;
    private readonly Offset _segmentBase;
    private readonly List<IndexEntry> _unwritten = [];
    private int _count;

    private SegmentIndex(ILogFile file, Offset segmentBase, int count)
    {
        _file = file;
        _segmentBase = segmentBase;
        _count = count;
    }

    /// <summary>What the index takes on the disk when all is written.</summary>
    public int SizeBytes => HeaderSizeBytes + (_count + _unwritten.Count) * EntrySizeBytes;

    /// <summary>Opens an index, or begins an empty one where there is none or one that cannot be one.</summary>
    public static SegmentIndex Open(ILogDisk disk, string path, Offset segmentBase)
    {
        ILogFile file = disk.Open(path);
        try
        {
            Span<byte> header = stackalloc byte[HeaderSizeBytes];
            if (file.Read(header, 0) == HeaderSizeBytes && BinaryPrimitives.ReadUInt32BigEndian(header) == Kind)
            {
                uint version = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
                return version <= Version
                    ? new SegmentIndex(file, segmentBase, (int)((file.LengthBytes - HeaderSizeBytes) / EntrySizeBytes))
                    : throw new NewerFormatException(path, (int)version, (int)Version);
            }
            var index = new SegmentIndex(file, segmentBase, 0);
            index.Clear();
            return index;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Forgets every entry. Takes no room on the disk: an index without an entry is an empty file.</summary>
    public void Clear()
    {
        _unwritten.Clear();
        _count = 0;
        _file.SetLength(0);
    }

    /// <summary>Adds an entry, which searches find after <see cref="WriteAdded"/>.</summary>
    public void Add(IndexEntry entry) => _unwritten.Add(entry);

    /// <summary>Writes what was added.</summary>
    public void WriteAdded()
    {
        if (_unwritten.Count == 0)
        {
            return;
        }
        if (_count == 0)
        {
            WriteHeader();
        }
        Span<byte> bytes = _unwritten.Count <= 16 ? stackalloc byte[_unwritten.Count * EntrySizeBytes] : new byte[_unwritten.Count * EntrySizeBytes];
        for (int i = 0; i < _unwritten.Count; i++)
        {
            Span<byte> entry = bytes[(i * EntrySizeBytes)..];
            BinaryPrimitives.WriteUInt32BigEndian(entry, (uint)(_unwritten[i].BaseOffset - _segmentBase));
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], _unwritten[i].Position);
            BinaryPrimitives.WriteInt64BigEndian(entry[8..], _unwritten[i].MaxTimestampBeforeMs);
        }
        _file.Write(bytes, PositionOf(_count));
        Volatile.Write(ref _count, _count + _unwritten.Count);
        _unwritten.Clear();
    }

    /// <summary>Forgets what was added and not yet written.</summary>
    public void ForgetAdded() => _unwritten.Clear();

    /// <summary>Makes the index durable.</summary>
    public void Flush() => _file.Flush();

    /// <summary>Forgets the entries at or behind a position of the segment, and the seal.</summary>
    public void TruncateTo(int position)
    {
        _unwritten.Clear();
        int keep = CountWhere(entry => entry.Position < position);
        if (keep == Volatile.Read(ref _count))
        {
            return;
        }
        _file.SetLength(PositionOf(keep));
        Volatile.Write(ref _count, keep);
    }

    /// <summary>The seal, when the index ends with one for a segment of this size.</summary>
    public IndexEntry? FindSeal(long segmentSizeBytes)
    {
        IndexEntry? last = Last();
        return last is { } entry && entry.Position == segmentSizeBytes ? entry : null;
    }

    /// <summary>The last entry whose batch begins at or before an offset, or null.</summary>
    public IndexEntry? FloorOffset(Offset offset) => LastWhere(entry => entry.BaseOffset <= offset);

    /// <summary>The last entry before which every timestamp is smaller than <paramref name="timestampMs"/>, or null.</summary>
    public IndexEntry? FloorTimestamp(long timestampMs) => LastWhere(entry => entry.MaxTimestampBeforeMs < timestampMs);

    /// <summary>The first entry behind a position, or null.</summary>
    public IndexEntry? AfterPosition(long position)
    {
        int before = CountWhere(entry => entry.Position <= position);
        return before < Volatile.Read(ref _count) ? Read(before) : null;
    }

    public void Dispose() => _file.Dispose();

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[HeaderSizeBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, Kind);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Version);
        _file.Write(header, 0);
    }

    private static long PositionOf(int entry) => HeaderSizeBytes + (long)entry * EntrySizeBytes;

    private IndexEntry? Last()
    {
        int count = Volatile.Read(ref _count);
        return count == 0 ? null : Read(count - 1);
    }

    private IndexEntry? LastWhere(Func<IndexEntry, bool> condition)
    {
        int count = CountWhere(condition);
        return count == 0 ? null : Read(count - 1);
    }

    // The condition holds for a first part of the entries only, because none of their values ever falls.
    private int CountWhere(Func<IndexEntry, bool> condition)
    {
        int low = 0;
        int high = Volatile.Read(ref _count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (condition(Read(middle)))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private IndexEntry Read(int entry)
    {
        Span<byte> bytes = stackalloc byte[EntrySizeBytes];
        bytes.Clear();
        _file.Read(bytes, PositionOf(entry));
        return new IndexEntry(
            _segmentBase + BinaryPrimitives.ReadUInt32BigEndian(bytes),
            BinaryPrimitives.ReadInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
    }
}
