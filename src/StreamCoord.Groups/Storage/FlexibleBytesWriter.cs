using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Storage;

/// <summary>Writes Kafka's flexible record fields (KIP-482). Not safe for concurrent use.</summary>
internal sealed class FlexibleBytesWriter
{
    private readonly ArrayBufferWriter<byte> _target = new();

    public byte[] ToArray() => _target.WrittenSpan.ToArray();

    public void Int8(sbyte value)
    {
        _target.GetSpan(1)[0] = unchecked((byte)value);
        _target.Advance(1);
    }

    public void Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_target.GetSpan(2), value);
        _target.Advance(2);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_target.GetSpan(4), value);
        _target.Advance(4);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_target.GetSpan(8), value);
        _target.Advance(8);
    }

    public void Uuid(Guid value)
    {
        value.TryWriteBytes(_target.GetSpan(16), bigEndian: true, out _);
        _target.Advance(16);
    }

    public void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Int8(unchecked((sbyte)(value | 0x80)));
        }
        Int8((sbyte)value);
    }

    public void String(string? value)
    {
        if (value is null)
        {
            Varint(0);
            return;
        }
        Varint((uint)Encoding.UTF8.GetByteCount(value) + 1);
        Encoding.UTF8.GetBytes(value, _target);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Varint((uint)value.Length + 1);
        _target.Write(value);
    }

    /// <summary>A tagged field, behind the number of them.</summary>
    public void Tagged(uint tag, ReadOnlySpan<byte> value)
    {
        Varint(tag);
        Varint((uint)value.Length);
        _target.Write(value);
    }

    /// <summary>The number of elements of an array; null for no array.</summary>
    public void Count(int? value) => Varint(value is { } count ? (uint)count + 1 : 0);

    /// <summary>The end of a structure without tagged fields.</summary>
    public void NoTags() => Varint(0);
}
