using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Protocol.Kafka;

/// <summary>
/// Gathers a frame in Kafka's types. Record batches are not copied: the frame refers to them, in their places, until it is copied out.
/// </summary>
/// <remarks>Owns its buffer, which is pooled; not what <see cref="WriteRecords"/> was given, which must stay as it is until then. For one caller at a time.</remarks>
public sealed class KafkaWriter : IDisposable
{
    private const int FirstBytes = 512;

    private readonly List<(int At, ReadOnlyMemory<byte> Bytes)> _slices = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _written;
    private long _sliceBytes;

    /// <summary>How many bytes the frame has.</summary>
    public long Length => _written + _sliceBytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Copies the frame out.</summary>
    public void CopyTo(IBufferWriter<byte> target)
    {
        int at = 0;
        foreach ((int place, ReadOnlyMemory<byte> bytes) in _slices)
        {
            target.Write(_buffer.AsSpan(at, place - at));
            target.Write(bytes.Span);
            at = place;
        }
        target.Write(_buffer.AsSpan(at, _written - at));
    }

    /// <summary>Writes a byte.</summary>
    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes 1 byte.</summary>
    public void WriteInt8(sbyte value) => Reserve(1)[0] = (byte)value;

    /// <summary>Writes 2 bytes.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    /// <summary>Writes 2 bytes.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);

    /// <summary>Writes 16 bytes.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    /// <summary>Writes 1 to 5 bytes of 7 bits each, the lowest first.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Reserve(1)[0] = (byte)(value | 0x80);
        }
        Reserve(1)[0] = (byte)value;
    }

    /// <summary>Writes a string; null where that is legal, and as an empty string where it is not.</summary>
    public void WriteString(string? value, bool flexible, bool mayBeNull = false)
    {
        if (value is null && mayBeNull)
        {
            WriteShortLength(-1, flexible);
            return;
        }
        string text = value ?? "";
        int length = Encoding.UTF8.GetByteCount(text);
        WriteShortLength(length, flexible);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>Writes bytes; null where that is legal, and as no bytes where it is not.</summary>
    public void WriteBytes(ReadOnlyMemory<byte>? value, bool flexible, bool mayBeNull = false)
    {
        ReadOnlyMemory<byte> bytes = WriteBytesLength(value, flexible, mayBeNull);
        bytes.Span.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Writes bytes as they are, without their length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Writes record batches, by reference.</summary>
    public void WriteRecords(ReadOnlyMemory<byte>? value, bool flexible, bool mayBeNull = false)
    {
        ReadOnlyMemory<byte> bytes = WriteBytesLength(value, flexible, mayBeNull);
        if (bytes.Length > 0)
        {
            _slices.Add((_written, bytes));
            _sliceBytes += bytes.Length;
        }
    }

    /// <summary>Writes how many elements an array has; null where that is legal, and as none where it is not.</summary>
    public void WriteCount(int? count, bool flexible, bool mayBeNull)
    {
        int number = count ?? (mayBeNull ? -1 : 0);
        if (flexible)
        {
            WriteUnsignedVarint((uint)(number + 1));
        }
        else
        {
            WriteInt32(number);
        }
    }

    /// <summary>Begins a tagged field; what it returns is for <see cref="EndTag"/>.</summary>
    public int BeginTag(int tag)
    {
        WriteUnsignedVarint((uint)tag);
        return _written;
    }

    /// <summary>Ends a tagged field: puts its length before it. It holds no record batches.</summary>
    public void EndTag(int start)
    {
        int length = _written - start;
        WriteUnsignedVarint((uint)length);
        Span<byte> prefix = stackalloc byte[5];
        int prefixBytes = _written - start - length;
        _buffer.AsSpan(start + length, prefixBytes).CopyTo(prefix);
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(start + prefixBytes));
        prefix[..prefixBytes].CopyTo(_buffer.AsSpan(start));
    }

    private ReadOnlyMemory<byte> WriteBytesLength(ReadOnlyMemory<byte>? value, bool flexible, bool mayBeNull)
    {
        WriteCount(value is { } bytes ? bytes.Length : default(int?), flexible, mayBeNull);
        return value ?? ReadOnlyMemory<byte>.Empty;
    }

    private void WriteShortLength(int length, bool flexible)
    {
        if (flexible)
        {
            WriteUnsignedVarint((uint)(length + 1));
            return;
        }
        if (length > short.MaxValue)
        {
            throw new ArgumentException($"A string of {length} bytes is longer than the {short.MaxValue} that this version allows.");
        }
        WriteInt16((short)length);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _written < count)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _written + count));
            _buffer.AsSpan(0, _written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        _written += count;
        return _buffer.AsSpan(_written - count, count);
    }
}
