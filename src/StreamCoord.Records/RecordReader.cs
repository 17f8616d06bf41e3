namespace StreamCoord.Records;

/// <summary>
/// Reads the records of one batch in their order, decompressing them into pooled memory when need be. It never reads outside
/// the batch and never throws for what is in it: a malformed batch ends the reading with a <see cref="Problem"/>, which the caller
/// must look at. The CRC is not checked. Borrows the batch's bytes; dispose it to give the pooled memory back.
/// </summary>
public ref struct RecordReader : IDisposable
{
    private readonly BatchHeader _header;
    private readonly ReadOnlySpan<byte> _records;
    private PooledBuffer? _decompressed;
    private int _at;
    private int _recordsLeft;

    /// <summary>Opens a batch.</summary>
    /// <param name="batch">Bytes that begin with one whole batch; what follows it is not read.</param>
    /// <param name="decompressedBytesMax">The most memory that the records may take when decompressed; more is a problem.</param>
    public RecordReader(ReadOnlySpan<byte> batch, int decompressedBytesMax = BatchCompression.DecompressedBytesMaxDefault)
    {
        Problem = Open(batch, decompressedBytesMax, out _header, out _decompressed, out _records);
        _recordsLeft = Problem == BatchProblem.None ? _header.RecordCount : 0;
    }

    /// <summary>What is wrong with the batch; <see cref="BatchProblem.None"/> as long as nothing was found.</summary>
    public BatchProblem Problem { get; private set; }

    /// <summary>The batch's header; all zero when the batch does not even have one.</summary>
    public readonly BatchHeader Header => _header;

    /// <summary>Reads the next record; false at the end and when the batch is malformed.</summary>
    public bool MoveNext(out RecordView record)
    {
        record = default;
        if (_recordsLeft == 0)
        {
            return false;
        }
        if (!RecordFrame.TryRead(_records, ref _at, out RecordFrame frame) || (_recordsLeft == 1 && _at != _records.Length))
        {
            Problem = BatchProblem.MalformedRecord;
            _recordsLeft = 0;
            return false;
        }
        _recordsLeft--;
        record = new RecordView(frame, _header);
        return true;
    }

    /// <summary>Gives the pooled memory back. Records read before are not valid any more.</summary>
    public void Dispose()
    {
        _decompressed?.Dispose();
        _decompressed = null;
        _recordsLeft = 0;
    }

    /// <summary>The records' plain bytes: a part of the batch, or of <paramref name="decompressed"/> when that is not null.</summary>
    internal static BatchProblem Open(
        ReadOnlySpan<byte> batch, int decompressedBytesMax, out BatchHeader header, out PooledBuffer? decompressed, out ReadOnlySpan<byte> records)
    {
        decompressed = null;
        records = default;
        BatchProblem problem = BatchValidator.ReadWhole(batch, out header);
        if (problem != BatchProblem.None)
        {
            return problem;
        }
        records = batch[BatchLayout.HeaderSizeBytes..header.SizeBytes];
        if (header.RecordCount <= 0)
        {
            return header.RecordCount == 0 && records.IsEmpty ? BatchProblem.None : BatchProblem.BadRecordCount;
        }
        if (header.Compression == CompressionCodec.None)
        {
            return BatchProblem.None;
        }
        decompressed = new PooledBuffer();
        problem = BatchCompression.Decompress(header.Compression, records, decompressedBytesMax, decompressed);
        records = decompressed.WrittenSpan;
        return problem;
    }
}
