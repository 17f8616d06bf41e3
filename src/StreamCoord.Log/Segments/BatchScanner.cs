using System.Buffers;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Segments;

/// <summary>What a scanner found at its position.</summary>
internal enum ScanResult
{
    /// <summary>A sound batch.</summary>
    Batch,

    /// <summary>Bytes that are no sound batch, with a sound one behind them.</summary>
    Damage,

    /// <summary>Bytes that are no sound batch, and nothing sound behind them: a write that a crash cut off.</summary>
    Torn,

    /// <summary>The end, with nothing left over.</summary>
    End,
}

/// <summary>
/// Reads a segment batch by batch and checks every byte of it. Behind a damaged batch it goes on where the batch's own length
/// or the index leads to a sound one; it never guesses, so that bytes inside a record cannot pass for a batch.
/// </summary>
/// <remarks>
/// Owns its buffer, not the file. Not safe for concurrent use. <see cref="Bytes"/> are valid until the next <see cref="Next"/>.
/// </remarks>
internal sealed class BatchScanner : IDisposable
{
    private const int WindowBytes = 1024 * 1024;

    private readonly ILogFile _file;
    private readonly SegmentIndex? _index;
    private readonly ScanRules _rules;
    private readonly long _end;
    private byte[] _buffer = [];
    private long _bufferPosition;
    private int _bufferedBytes;

    /// <summary>Begins a scan.</summary>
    /// <param name="file">The segment's file.</param>
    /// <param name="index">Where to look for the next batch behind damage; null to go by the batch's own length only.</param>
    /// <param name="position">Where a batch begins.</param>
    /// <param name="end">Where to stop: the file's length or less.</param>
    /// <param name="expected">The offset of that batch.</param>
    /// <param name="rules">What it takes for sound.</param>
    public BatchScanner(ILogFile file, SegmentIndex? index, long position, long end, Offset expected, ScanRules rules)
    {
        _file = file;
        _index = index;
        _rules = rules;
        _end = end;
        Position = position;
        NextPosition = position;
        NextOffset = expected;
    }

    /// <summary>Where the batch or the damage found last begins.</summary>
    public long Position { get; private set; }

    /// <summary>Where the next one begins.</summary>
    public long NextPosition { get; private set; }

    /// <summary>The offset after what was found so far.</summary>
    public Offset NextOffset { get; private set; }

    /// <summary>The batch found last.</summary>
    public BatchHeader Header { get; private set; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>After <see cref="ScanResult.Damage"/> and <see cref="ScanResult.Torn"/>: what does not hold.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>After <see cref="ScanResult.Damage"/>: the first offset that is lost.</summary>
    public Offset DamagedFrom { get; private set; }

    /// <summary>Finds the next batch, damage or end.</summary>
    public ScanResult Next()
    {
        Position = NextPosition;
        if (Position >= _end)
        {
            return ScanResult.End;
        }
        if (TryBatchAt(Position, NextOffset, _rules.GapsAllowed, out string? problem))
        {
            NextPosition = Position + Header.SizeBytes;
            NextOffset = Header.NextOffset;
            return ScanResult.Batch;
        }
        Problem = problem!;
        DamagedFrom = NextOffset;
        return TryResume() ? ScanResult.Damage : ScanResult.Torn;
    }

    /// <summary>The damage found last, as it is reported.</summary>
    public DamagedRange Describe(string fileName) => new(DamagedFrom, NextOffset, fileName, Position, Problem);

    public void Dispose() => ReturnBuffer();

    private bool TryResume()
    {
        if (TryHeaderAt(Position, out BatchHeader header) && TryResumeAt(Position + header.SizeBytes))
        {
            return true;
        }
        long behind = Position;
        while (_index?.AfterPosition(behind) is { } entry && entry.Position < _end)
        {
            if (TryResumeAt(entry.Position))
            {
                return true;
            }
            behind = entry.Position;
        }
        return TryEndBehindWholeBatch(header);
    }

    // A kill leaves the last batch short, never whole and wrong: one that is all there was damaged later, and may have been acknowledged.
    private bool TryEndBehindWholeBatch(in BatchHeader header)
    {
        bool isWhole = Position + header.SizeBytes == _end
            && header.BaseOffset == NextOffset
            && header.Magic == BatchLayout.MagicV2
            && header.RecordCount > 0
            && header.RecordCount == header.LastOffsetDelta + 1
            && header.NextOffset <= _rules.Limit;
        if (isWhole)
        {
            NextPosition = _end;
            NextOffset = header.NextOffset;
        }
        return isWhole;
    }

    private bool TryResumeAt(long position)
    {
        if (position >= _end || !TryBatchAt(position, NextOffset + 1, gapsAllowed: true, out _))
        {
            return false;
        }
        NextPosition = position;
        NextOffset = Header.BaseOffset;
        return true;
    }

    private bool TryBatchAt(long position, Offset expected, bool gapsAllowed, out string? problem)
    {
        if (!TryHeaderAt(position, out BatchHeader header))
        {
            problem = "The batch header is cut off or its length is impossible.";
            return false;
        }
        if (position + header.SizeBytes > _end)
        {
            problem = "The batch is cut off.";
            return false;
        }
        if ((gapsAllowed ? header.BaseOffset < expected : header.BaseOffset != expected) || header.NextOffset > _rules.Limit)
        {
            problem = $"The batch has offset {header.BaseOffset} where {expected} belongs.";
            return false;
        }
        ReadOnlyMemory<byte> bytes = Buffered(position, header.SizeBytes);
        BatchProblem found = BatchValidator.CheckStored(bytes.Span);
        Header = header;
        Bytes = bytes;
        bool isOfItsEpoch = _rules.Epochs?.Allows(header.LeaderEpoch, header.BaseOffset) ?? true;
        problem = found != BatchProblem.None || isOfItsEpoch ? found.Describe() : $"The batch has leader epoch {header.LeaderEpoch} where {_rules.Epochs!.EpochOf(header.BaseOffset)} belongs.";
        return found == BatchProblem.None && isOfItsEpoch;
    }

    private bool TryHeaderAt(long position, out BatchHeader header)
    {
        int sizeBytes = (int)Math.Min(BatchLayout.HeaderSizeBytes, _end - position);
        return BatchHeader.TryRead(Buffered(position, sizeBytes).Span, out header);
    }

    private ReadOnlyMemory<byte> Buffered(long position, int sizeBytes)
    {
        if (position < _bufferPosition || position + sizeBytes > _bufferPosition + _bufferedBytes)
        {
            Fill(position, sizeBytes);
        }
        int start = (int)(position - _bufferPosition);
        return _buffer.AsMemory(start, Math.Min(sizeBytes, _bufferedBytes - start));
    }

    private void Fill(long position, int sizeBytes)
    {
        int wantedBytes = (int)Math.Max(sizeBytes, Math.Min(WindowBytes, _end - position));
        if (wantedBytes > _buffer.Length)
        {
            ReturnBuffer();
            _buffer = ArrayPool<byte>.Shared.Rent(wantedBytes);
        }
        _bufferPosition = position;
        _bufferedBytes = _file.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, _end - position)), position);
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
