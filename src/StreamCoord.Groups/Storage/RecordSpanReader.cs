using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Storage;

/// <summary>Reads Kafka's non-flexible record fields. Throws <see cref="GroupFormatException"/> instead of reading beyond the end.</summary>
internal ref struct RecordSpanReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string String() => NullableString() ?? throw new GroupFormatException("A text that must be there is null.");

    public string? NullableString()
    {
        int length = Int16();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public ReadOnlyMemory<byte> Bytes() => Take(Int32()).ToArray();

    /// <summary>The number of elements of an array, each of which takes a byte at least.</summary>
    public int Count()
    {
        int count = Int32();
        return count >= 0 && count <= _bytes.Length - _at ? count : throw new GroupFormatException($"A record of groups ends before its {count} elements.");
    }

    /// <summary>As <see cref="Count"/>; 0 for null.</summary>
    public int NullableCount()
    {
        int at = _at;
        if (Int32() == -1)
        {
            return 0;
        }
        _at = at;
        return Count();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
        {
            throw new GroupFormatException("A record of groups ends too early.");
        }
        _at += count;
        return _bytes.Slice(_at - count, count);
    }
}
