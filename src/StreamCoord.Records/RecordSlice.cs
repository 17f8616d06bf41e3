namespace StreamCoord.Records;

/// <summary>One record that a <see cref="RecordCursor"/> has read: slices of its memory, cut when they are asked for. Valid as long as that memory.</summary>
public readonly struct RecordSlice
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly int _keyAt;
    private readonly int _keyLength;
    private readonly int _valueAt;
    private readonly int _valueLength;

    internal RecordSlice(ReadOnlyMemory<byte> body, scoped in RecordFrame frame, in BatchHeader header)
    {
        _body = body;
        _keyAt = frame.KeyAt;
        _keyLength = frame.KeyLength;
        _valueAt = frame.ValueAt;
        _valueLength = frame.ValueLength;
        HeaderCount = frame.HeaderCount;
        Offset = header.BaseOffset + frame.OffsetDelta;
        TimestampMs = header.HasLogAppendTime ? header.MaxTimestampMs : header.BaseTimestampMs + frame.TimestampDeltaMs;
    }

    /// <summary>The record's offset.</summary>
    public Offset Offset { get; }

    /// <summary>The record's timestamp in milliseconds since 1970: the leader's time where the topic asks for that.</summary>
    public long TimestampMs { get; }

    /// <summary>The key; null and empty are different things.</summary>
    public ReadOnlyMemory<byte>? Key => _keyLength < 0 ? default(ReadOnlyMemory<byte>?) : _body.Slice(_keyAt, _keyLength);

    /// <summary>The value; null in a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value => _valueLength < 0 ? default(ReadOnlyMemory<byte>?) : _body.Slice(_valueAt, _valueLength);

    /// <summary>How many headers there are.</summary>
    public int HeaderCount { get; }

    /// <summary>The headers, read when they are asked for.</summary>
    public RecordHeaders Headers
    {
        get
        {
            ReadOnlySpan<byte> body = _body.Span;
            int at = _valueAt + Math.Max(_valueLength, 0);
            _ = Varint.TryReadInt32(body, ref at, out int count);
            return new RecordHeaders(body[at..], count);
        }
    }
}
