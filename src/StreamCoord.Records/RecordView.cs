namespace StreamCoord.Records;

/// <summary>One record that was read. Valid until the reader moves on or is disposed.</summary>
public readonly ref struct RecordView
{
    private readonly int _keyAt;
    private readonly int _keyLength;
    private readonly int _valueAt;
    private readonly int _valueLength;

    internal RecordView(scoped in RecordFrame frame, scoped in BatchHeader header)
    {
        Body = frame.Body;
        OffsetDelta = frame.OffsetDelta;
        Offset = header.BaseOffset + frame.OffsetDelta;
        StoredTimestampMs = header.BaseTimestampMs + frame.TimestampDeltaMs;
        TimestampMs = header.HasLogAppendTime ? header.MaxTimestampMs : StoredTimestampMs;
        _keyAt = frame.KeyAt;
        _keyLength = frame.KeyLength;
        _valueAt = frame.ValueAt;
        _valueLength = frame.ValueLength;
        HeaderCount = frame.HeaderCount;
    }

    /// <summary>The record's offset.</summary>
    public Offset Offset { get; }

    /// <summary><see cref="Offset"/> minus the batch's base offset.</summary>
    public int OffsetDelta { get; }

    /// <summary>The record's timestamp in milliseconds since 1970: the leader's time where the topic asks for that.</summary>
    public long TimestampMs { get; }

    /// <summary>The key.</summary>
    public NullableBytes Key => _keyLength < 0 ? NullableBytes.Null : Body.Slice(_keyAt, _keyLength);

    /// <summary>The value; null in a tombstone.</summary>
    public NullableBytes Value => _valueLength < 0 ? NullableBytes.Null : Body.Slice(_valueAt, _valueLength);

    /// <summary>How many headers there are.</summary>
    public int HeaderCount { get; }

    /// <summary>The headers.</summary>
    public RecordHeaders Headers
    {
        get
        {
            int at = _valueAt + Math.Max(_valueLength, 0);
            _ = Varint.TryReadInt32(Body, ref at, out int count);
            return new RecordHeaders(Body[at..], count);
        }
    }

    /// <summary>The timestamp that the bytes hold, also where <see cref="TimestampMs"/> is the leader's.</summary>
    internal long StoredTimestampMs { get; }

    /// <summary>The record from its key's length on: the part that does not depend on where the record stands.</summary>
    internal ReadOnlySpan<byte> Body { get; }
}
