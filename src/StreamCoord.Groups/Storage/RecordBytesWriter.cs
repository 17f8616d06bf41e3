using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Storage;

/// <summary>Writes Kafka's non-flexible record fields. Not safe for concurrent use.</summary>
internal sealed class RecordBytesWriter
{
    private readonly ArrayBufferWriter<byte> _target = new();

    public byte[] ToArray() => _target.WrittenSpan.ToArray();

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

    /// <summary>A text of at most 32,767 bytes.</summary>
    /// <exception cref="OverflowException">It is longer.</exception>
    public void String(string? value)
    {
        if (value is null)
        {
            Int16(-1);
            return;
        }
        Int16(checked((short)Encoding.UTF8.GetByteCount(value)));
        Encoding.UTF8.GetBytes(value, _target);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        _target.Write(value);
    }

    public void Int8(byte value)
    {
        _target.GetSpan(1)[0] = value;
        _target.Advance(1);
    }

    /// <summary>A number of Kafka's flexible versions: 7 bits a byte, the lowest first.</summary>
    public void UnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Int8((byte)(value | 0x80));
            value >>= 7;
        }
        Int8((byte)value);
    }

    /// <summary>The number of elements of a flexible version's array; -1 for null.</summary>
    public void CompactCount(int count) => UnsignedVarint((uint)(count + 1));

    /// <summary>A text of a flexible version.</summary>
    public void CompactString(string value)
    {
        UnsignedVarint((uint)Encoding.UTF8.GetByteCount(value) + 1);
        Encoding.UTF8.GetBytes(value, _target);
    }
}
