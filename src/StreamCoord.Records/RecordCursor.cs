namespace StreamCoord.Records;

/// <summary>
/// Reads the records of one batch as <see cref="RecordReader"/> does, for callers that wait between two records or keep them: what it returns are slices of memory. It never reads outside the batch and never throws for
/// what is in it: a malformed batch ends the reading with a <see cref="Problem"/>, which the caller must look at. The CRC is not checked. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Borrows the batch's memory. A compressed batch is decompressed into pooled memory, which <see cref="Dispose"/> gives back: then its records are not valid any more. Whoever keeps records leaves that out, and the garbage
/// collector takes the memory when the last of them is gone.
/// </remarks>
public sealed class RecordCursor : IDisposable
{
    private readonly ReadOnlyMemory<byte> _records;
    private readonly BatchHeader _header;
    private PooledBuffer? _decompressed;
    private int _at;
    private int _recordsLeft;

    /// <summary>Opens a batch.</summary>
    /// <param name="batch">Bytes that begin with one whole batch; what follows it is not read.</param>
    /// <param name="decompressedBytesMax">The most memory that the records may take when decompressed; more is a problem.</param>
    public RecordCursor(ReadOnlyMemory<byte> batch, int decompressedBytesMax = BatchCompression.DecompressedBytesMaxDefault)
    {
        Problem = RecordReader.Open(batch.Span, decompressedBytesMax, out _header, out _decompressed, out ReadOnlySpan<byte> plain);
        _recordsLeft = Problem == BatchProblem.None ? _header.RecordCount : 0;
        _records = _decompressed is { } decompressed ? decompressed.WrittenMemory : plain.IsEmpty ? default : batch[BatchLayout.HeaderSizeBytes.._header.SizeBytes];
    }

    /// <summary>What is wrong with the batch; <see cref="BatchProblem.None"/> as long as nothing was found.</summary>
    public BatchProblem Problem { get; private set; }

    /// <summary>The batch's header; all zero when the batch does not even have one.</summary>
    public ref readonly BatchHeader Header => ref _header;

    /// <summary>Reads the next record; false at the end and when the batch is malformed.</summary>
    public bool MoveNext(out RecordSlice record)
    {
        record = default;
        if (_recordsLeft == 0)
        {
            return false;
        }
        int start = _at;
        ReadOnlySpan<byte> records = _records.Span;
        if (!RecordFrame.TryRead(records, ref _at, out RecordFrame frame) || (_recordsLeft == 1 && _at != records.Length))
        {
            Problem = BatchProblem.MalformedRecord;
            _recordsLeft = 0;
            return false;
        }
        Invariant.Holds(_at > start);
        _recordsLeft--;
        record = new RecordSlice(_records.Slice(_at - frame.Body.Length, frame.Body.Length), frame, _header);
        return true;
    }

    /// <summary>Gives the pooled memory back. Records of a compressed batch that were read before are not valid any more.</summary>
    public void Dispose()
    {
        _decompressed?.Dispose();
        _decompressed = null;
        _recordsLeft = 0;
    }
}
