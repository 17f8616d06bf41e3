namespace StreamCoord.Records;

/// <summary>The bytes of a key, a value or a header value, which may be null: null and empty are different things in a record.</summary>
public readonly ref struct NullableBytes
{
    private readonly bool _hasValue;

    /// <summary>Wraps bytes that are there, though possibly none.</summary>
    public NullableBytes(ReadOnlySpan<byte> bytes)
    {
        Span = bytes;
        _hasValue = true;
    }

    /// <summary>No bytes at all.</summary>
    public static NullableBytes Null => default;

    /// <summary>True for null.</summary>
    public bool IsNull => !_hasValue;

    /// <summary>The bytes; empty for null.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>Wraps bytes that are there.</summary>
    public static implicit operator NullableBytes(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Wraps an array; a null array is null.</summary>
    public static implicit operator NullableBytes(byte[]? bytes) => bytes is null ? default : new NullableBytes(bytes);

    /// <summary>Wraps bytes that are there.</summary>
    public static NullableBytes FromReadOnlySpan(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Wraps an array; a null array is null.</summary>
    public static NullableBytes FromArray(byte[]? bytes) => bytes;

    /// <summary>A copy of the bytes; null for null.</summary>
    public byte[]? ToArray() => _hasValue ? Span.ToArray() : null;
}
