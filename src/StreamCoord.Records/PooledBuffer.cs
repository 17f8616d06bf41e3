using System.Buffers;

namespace StreamCoord.Records;

/// <summary>
/// A growing run of bytes in memory rented from the shared array pool. Owns that memory until <see cref="Dispose"/>; forgetting
/// to dispose it costs the pool an array, nothing else. Not safe for concurrent use.
/// </summary>
public sealed class PooledBuffer : IBufferWriter<byte>, IMemoryOwner<byte>
{
    private byte[] _array = [];

    /// <summary>How many bytes were written.</summary>
    public int WrittenBytes { get; private set; }

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public Span<byte> WrittenSpan => _array.AsSpan(0, WrittenBytes);

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public Memory<byte> WrittenMemory => _array.AsMemory(0, WrittenBytes);

    /// <summary>The same as <see cref="WrittenMemory"/>.</summary>
    public Memory<byte> Memory => WrittenMemory;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - WrittenBytes), nameof(count));
        WrittenBytes += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _array.AsSpan(WrittenBytes);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _array.AsMemory(WrittenBytes);
    }

    /// <summary>Adds bytes at the end.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        EnsureFree(bytes.Length);
        bytes.CopyTo(_array.AsSpan(WrittenBytes));
        WrittenBytes += bytes.Length;
    }

    /// <summary>Forgets everything from <paramref name="writtenBytes"/> on and keeps the memory.</summary>
    public void Truncate(int writtenBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)writtenBytes, (uint)WrittenBytes, nameof(writtenBytes));
        WrittenBytes = writtenBytes;
    }

    /// <summary>Gives the memory back to the pool; the buffer is empty then and may be used again.</summary>
    public void Dispose()
    {
        byte[] array = _array;
        _array = [];
        WrittenBytes = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void EnsureFree(int sizeBytes)
    {
        if (_array.Length - WrittenBytes >= sizeBytes)
        {
            return;
        }
        long needed = (long)WrittenBytes + sizeBytes;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"A buffer of {needed} bytes is larger than the runtime allows.");
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(2L * _array.Length, Array.MaxLength)));
        WrittenSpan.CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
        _array = larger;
    }
}
