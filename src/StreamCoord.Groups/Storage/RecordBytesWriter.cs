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
}
