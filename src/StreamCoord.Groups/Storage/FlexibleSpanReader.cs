using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Storage;

/// <summary>Reads Kafka's flexible record fields (KIP-482). Throws <see cref="GroupFormatException"/> instead of reading beyond the end.</summary>
internal ref struct FlexibleSpanReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>How many bytes were read.</summary>
    public readonly int At => _at;

    public sbyte Int8() => unchecked((sbyte)Take(1)[0]);

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    public uint Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte one = Take(1)[0];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return value <= uint.MaxValue ? (uint)value : throw new GroupFormatException("A number of a record of groups is too large.");
            }
        }
        throw new GroupFormatException("A number of a record of groups has no end.");
    }

    public string String() => NullableString() ?? throw new GroupFormatException("A text that must be there is null.");

    public string? NullableString()
    {
        uint length = Varint();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(length - 1));
    }

    public ReadOnlySpan<byte> Bytes()
    {
        uint length = Varint();
        return length > 0 ? Take(length - 1) : throw new GroupFormatException("Bytes that must be there are null.");
    }

    /// <summary>The number of elements of an array, each of which takes a byte at least.</summary>
    public int Count()
    {
        uint count = Varint();
        return count > 0 && count - 1 <= _bytes.Length - _at ? (int)count - 1 : throw new GroupFormatException("A record of groups ends before its elements.");
    }

    /// <summary>As <see cref="Count"/>; 0 for null.</summary>
    public int NullableCount()
    {
        int at = _at;
        if (Varint() == 0)
        {
            return 0;
        }
        _at = at;
        return Count();
    }

    /// <summary>The bytes of a tagged field, behind its number.</summary>
    public ReadOnlySpan<byte> Tagged() => Take(Varint());

    /// <summary>Reads the tagged field of a number, when it is there, and passes over all others.</summary>
    /// <returns>Its bytes; empty when it is not there.</returns>
    public ReadOnlySpan<byte> Tag(uint wanted)
    {
        ReadOnlySpan<byte> found = [];
        for (uint left = Varint(); left > 0; left--)
        {
            uint tag = Varint();
            ReadOnlySpan<byte> value = Tagged();
            found = tag == wanted ? value : found;
        }
        return found;
    }

    public void SkipTags() => Tag(uint.MaxValue);

    private ReadOnlySpan<byte> Take(uint count)
    {
        if (count > _bytes.Length - _at)
        {
            throw new GroupFormatException("A record of groups ends too early.");
        }
        _at += (int)count;
        return _bytes.Slice(_at - (int)count, (int)count);
    }
}
