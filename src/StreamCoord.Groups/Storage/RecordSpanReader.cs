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

    public byte Int8() => Take(1)[0];

    /// <summary>A number of Kafka's flexible versions.</summary>
    public uint UnsignedVarint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte part = Int8();
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
        throw new GroupFormatException("A number of a record does not end.");
    }

    /// <summary>The number of elements of a flexible version's array, each of which takes a byte at least; 0 for null.</summary>
    public int CompactCount()
    {
        long count = UnsignedVarint() - 1L;
        return count <= _bytes.Length - _at ? (int)Math.Max(count, 0) : throw new GroupFormatException($"A record ends before its {count} elements.");
    }

    /// <summary>A text of a flexible version.</summary>
    public string CompactString()
    {
        long length = UnsignedVarint() - 1L;
        return length >= 0 && length <= _bytes.Length - _at ? Encoding.UTF8.GetString(Take((int)length)) : throw new GroupFormatException("A text of a record ends too early.");
    }

    /// <summary>The bytes of a tagged field.</summary>
    public ReadOnlySpan<byte> Tagged() => Take(checked((int)Math.Min(UnsignedVarint(), int.MaxValue)));

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
