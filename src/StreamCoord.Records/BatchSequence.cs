namespace StreamCoord.Records;

/// <summary>
/// Cuts bytes into whole batches. It looks at lengths and the format version only, not at CRCs. A batch that is malformed or cut off
/// ends the sequence with a <see cref="Problem"/> and is not consumed. Borrows the bytes.
/// </summary>
public ref struct BatchSequence
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Begins at the start of the bytes.</summary>
    public BatchSequence(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Why the sequence ended before the end of the bytes; <see cref="BatchProblem.None"/> when it did not.</summary>
    public BatchProblem Problem { get; private set; }

    /// <summary>How many bytes the batches returned so far take: also where the next one begins.</summary>
    public int ConsumedBytes { get; private set; }

    /// <summary>Takes the next batch; false at the end of the bytes and at a problem.</summary>
    public bool MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch)
    {
        header = default;
        batch = default;
        if (ConsumedBytes == _bytes.Length || Problem != BatchProblem.None)
        {
            return false;
        }
        ReadOnlySpan<byte> rest = _bytes[ConsumedBytes..];
        Problem = BatchValidator.ReadWhole(rest, out header);
        if (Problem != BatchProblem.None)
        {
            return false;
        }
        batch = rest[..header.SizeBytes];
        ConsumedBytes += header.SizeBytes;
        return true;
    }
}
