namespace StreamCoord.Records;

/// <summary>Where the parts of one record lie. Reading one proves that every length in it stays inside the record.</summary>
internal ref struct RecordFrame
{
    /// <summary>The record from its key's length on; the positions below count from here.</summary>
    public ReadOnlySpan<byte> Body;

    public long TimestampDeltaMs;
    public int OffsetDelta;
    public int KeyAt;
    public int KeyLength;
    public int ValueAt;
    public int ValueLength;
    public int HeaderCount;

    /// <summary>Reads the record at <paramref name="at"/> and moves behind it; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> records, scoped ref int at, out RecordFrame frame)
    {
        frame = default;
        if (!Varint.TryReadInt32(records, ref at, out int length) || (uint)length > (uint)(records.Length - at))
        {
            return false;
        }
        ReadOnlySpan<byte> record = records.Slice(at, length);
        int bodyAt = 1; // The attributes of a record: one byte, unused.
        if (!Varint.TryReadInt64(record, ref bodyAt, out frame.TimestampDeltaMs) || !Varint.TryReadInt32(record, ref bodyAt, out frame.OffsetDelta))
        {
            return false;
        }
        at += length;
        frame.Body = record[bodyAt..];
        return frame.TryReadBody();
    }

    private bool TryReadBody()
    {
        int at = 0;
        if (!TrySkip(Body, ref at, -1, out KeyAt, out KeyLength) || !TrySkip(Body, ref at, -1, out ValueAt, out ValueLength)
            || !Varint.TryReadInt32(Body, ref at, out HeaderCount) || HeaderCount < 0)
        {
            return false;
        }
        for (int i = 0; i < HeaderCount; i++)
        {
            if (!TrySkip(Body, ref at, 0, out _, out _) || !TrySkip(Body, ref at, -1, out _, out _))
            {
                return false;
            }
        }
        return at == Body.Length;
    }

    private static bool TrySkip(ReadOnlySpan<byte> body, ref int at, int lengthMin, out int bytesAt, out int length)
    {
        bytesAt = 0;
        if (!Varint.TryReadInt32(body, ref at, out length) || length < lengthMin || length > body.Length - at)
        {
            return false;
        }
        bytesAt = at;
        at += Math.Max(length, 0);
        return true;
    }
}
