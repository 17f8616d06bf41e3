namespace StreamCoord.Records;

/// <summary>The headers of one record, in their order, for <c>foreach</c>. Valid as long as the reader's bytes.</summary>
public ref struct RecordHeaders
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _left;

    internal RecordHeaders(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        _left = count;
    }

    /// <summary>The header that <see cref="MoveNext"/> went to.</summary>
    public RecordHeaderView Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly RecordHeaders GetEnumerator() => this;

    /// <summary>Goes to the next header; false when there is none. The reader has checked the bytes, so nothing can be malformed here.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }
        _left--;
        ReadOnlySpan<byte> name = NextBytes().Span;
        Current = new RecordHeaderView(name, NextBytes());
        return true;
    }

    private NullableBytes NextBytes()
    {
        _ = Varint.TryReadInt32(_bytes, ref _at, out int length);
        if (length < 0)
        {
            return NullableBytes.Null;
        }
        _at += length;
        return _bytes.Slice(_at - length, length);
    }
}
