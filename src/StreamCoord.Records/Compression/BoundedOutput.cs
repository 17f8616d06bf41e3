using System.Buffers;

namespace StreamCoord.Records.Compression;

/// <summary>
/// The end of a buffer that takes at most so many more bytes; going over that throws <see cref="OutputLimitException"/>. Not safe
/// for concurrent use.
/// </summary>
internal sealed class BoundedOutput(PooledBuffer buffer, int sizeBytesMax) : IBufferWriter<byte>
{
    private const int ChunkBytes = 4096;

    /// <summary>How many more bytes there is room for.</summary>
    public int FreeBytes { get; private set; } = sizeBytesMax;

    public void Advance(int count)
    {
        if (count > FreeBytes)
        {
            throw new OutputLimitException();
        }
        buffer.Advance(count);
        FreeBytes -= count;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => buffer.GetSpan(Math.Max(sizeHint, ChunkBytes));

    public Memory<byte> GetMemory(int sizeHint = 0) => buffer.GetMemory(Math.Max(sizeHint, ChunkBytes));

    /// <summary>Exactly <paramref name="sizeBytes"/> of room, checked against the limit before memory is taken.</summary>
    public Span<byte> Reserve(long sizeBytes)
    {
        if (sizeBytes > FreeBytes)
        {
            throw new OutputLimitException();
        }
        return buffer.GetSpan((int)sizeBytes)[..(int)sizeBytes];
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Advance(bytes.Length);
    }
}
