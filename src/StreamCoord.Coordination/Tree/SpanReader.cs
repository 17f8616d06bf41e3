using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Coordination.Tree;

/// <summary>Reads what <see cref="SpanWriter"/> wrote. Throws <see cref="TreeFormatException"/> instead of reading beyond the end.</summary>
internal ref struct SpanReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly ReadOnlySpan<byte> Rest => _bytes[_at..];

    public readonly bool IsAtEnd => _at == _bytes.Length;

    public byte Byte() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string String() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    /// <summary>Reads the byte that every value begins with.</summary>
    public void Format()
    {
        byte format = Byte();
        if (format != TreeRecordCodec.Format)
        {
            throw new TreeFormatException($"A record of the znode tree has format {format}; this build knows format {TreeRecordCodec.Format}.");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
        {
            throw new TreeFormatException("A record of the znode tree ends too early.");
        }
        _at += count;
        return _bytes.Slice(_at - count, count);
    }
}
