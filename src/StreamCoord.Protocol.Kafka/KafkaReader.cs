using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Protocol.Kafka;

/// <summary>
/// Reads the types of Kafka's protocol from a frame. Owns nothing: byte strings and records are slices of the frame, and live as long as it does.
/// </summary>
/// <remarks>Nothing is taken from memory before the frame is seen to have the bytes for it: count &lt;= bytes left / bytes of an element, length &lt;= bytes left;
/// the elements of all arrays &lt;= <see cref="ElementsMax"/>.</remarks>
/// <param name="frame">The bytes, in one piece.</param>
public ref struct KafkaReader(ReadOnlyMemory<byte> frame)
{
    /// <summary>How many elements the arrays of one frame may have together: more objects than any client has partitions.</summary>
    public const int ElementsMax = 500_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = frame.Span;
    private int _position;
    private int _elementsLeft = ElementsMax;

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _position;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _bytes.Length - _position;

    /// <summary>Reads a byte: 0 is false, anything else true.</summary>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads 1 byte.</summary>
    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    /// <summary>Reads 2 bytes.</summary>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>Reads 2 bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>Reads 4 bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Reads 4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Reads 8 bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>Reads 8 bytes.</summary>
    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads 16 bytes.</summary>
    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads 1 to 5 bytes of 7 bits each, the lowest first.</summary>
    public uint ReadUnsignedVarint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return shift < 28 || next < 0x10 ? value : throw new KafkaFormatException("A number is larger than 32 bits.");
            }
        }
        throw new KafkaFormatException("A number has more than 5 bytes.");
    }

    /// <summary>Reads a string.</summary>
    /// <exception cref="KafkaFormatException">It is null, longer than the frame, or not UTF-8.</exception>
    public string ReadString(bool flexible) => ReadNullableString(flexible) ?? throw new KafkaFormatException("A string is null that may not be.");

    /// <summary>Reads a string or null.</summary>
    public string? ReadNullableString(bool flexible)
    {
        int length = flexible ? ReadCompactLength() : ReadInt16();
        return length < 0 ? null : Decode(Take(length));
    }

    /// <summary>Reads bytes: a slice of the frame.</summary>
    public ReadOnlyMemory<byte> ReadBytes(bool flexible) => ReadNullableBytes(flexible) ?? throw new KafkaFormatException("Bytes are null that may not be.");

    /// <summary>Reads bytes or null: a slice of the frame.</summary>
    public ReadOnlyMemory<byte>? ReadNullableBytes(bool flexible)
    {
        int length = flexible ? ReadCompactLength() : ReadInt32();
        if (length < 0)
        {
            return default(ReadOnlyMemory<byte>?);
        }
        int start = _position;
        Take(length);
        return frame.Slice(start, length);
    }

    /// <summary>Reads record batches: a slice of the frame.</summary>
    public ReadOnlyMemory<byte> ReadRecords(bool flexible) => ReadBytes(flexible);

    /// <summary>Reads record batches or null: a slice of the frame.</summary>
    public ReadOnlyMemory<byte>? ReadNullableRecords(bool flexible) => ReadNullableBytes(flexible);

    /// <summary>Reads how many elements an array has; -1 for null.</summary>
    /// <param name="flexible">Whether the version is flexible.</param>
    /// <param name="bytesMin">How many bytes an element takes at least.</param>
    /// <exception cref="KafkaFormatException">The frame cannot hold so many.</exception>
    public int ReadCount(bool flexible, int bytesMin)
    {
        int count = flexible ? ReadCompactLength() : ReadInt32();
        if (count > Left / bytesMin || count > _elementsLeft)
        {
            throw new KafkaFormatException($"An array of {count} elements does not fit into the {Left} bytes that are left, or is one of more than {ElementsMax} elements in all.");
        }
        _elementsLeft -= Math.Max(count, 0);
        return count;
    }

    /// <summary>Reads how many tagged fields a structure has.</summary>
    public int ReadTagCount()
    {
        uint count = ReadUnsignedVarint();
        return count <= Left / 2 ? (int)count : throw new KafkaFormatException($"{count} tagged fields do not fit into the {Left} bytes that are left.");
    }

    /// <summary>Reads the head of a tagged field.</summary>
    /// <param name="end">Where the field ends.</param>
    public int ReadTag(out int end)
    {
        uint tag = ReadUnsignedVarint();
        uint length = ReadUnsignedVarint();
        if (tag > int.MaxValue || length > Left)
        {
            throw new KafkaFormatException($"The tagged field {tag} of {length} bytes does not fit into the {Left} bytes that are left.");
        }
        end = _position + (int)length;
        return (int)tag;
    }

    /// <summary>Ends a tagged field, and passes over what of it was not read.</summary>
    /// <exception cref="KafkaFormatException">More was read than the field has.</exception>
    public void EndTag(int end) => _position = _position <= end ? end : throw new KafkaFormatException("A tagged field is not as long as it says.");

    /// <summary>Passes over all tagged fields of a structure that knows none.</summary>
    public void SkipTags()
    {
        for (int left = ReadTagCount(); left > 0; left--)
        {
            ReadTag(out int end);
            _position = end;
        }
    }

    private int ReadCompactLength()
    {
        uint length = ReadUnsignedVarint();
        return length <= int.MaxValue ? (int)length - 1 : throw new KafkaFormatException($"A length of {length} is too large.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Left)
        {
            throw new KafkaFormatException($"{count} bytes are wanted where {Left} are left.");
        }
        _position += count;
        return _bytes.Slice(_position - count, count);
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new KafkaFormatException("A string is not UTF-8.");
        }
    }
}
