using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Coordination.Tree;

/// <summary>Writes numbers (big-endian) and strings one after another into memory that is large enough.</summary>
internal ref struct SpanWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Written { get; private set; }

    public void Byte(byte value) => _target[Written++] = value;

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_target[Written..], value);
        Written += 4;
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_target[Written..], value);
        Written += 8;
    }

    /// <summary>A string of at most 3 times its length in bytes, behind its length.</summary>
    public void String(ReadOnlySpan<char> value)
    {
        int bytes = Encoding.UTF8.GetBytes(value, _target[(Written + 4)..]);
        Int32(bytes);
        Written += bytes;
    }

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_target[Written..]);
        Written += value.Length;
    }
}
