namespace StreamCoord.Log.Storage;

/// <summary>An open file. Reads may run beside one writer; a finished write is in memory until <see cref="Flush"/> returns.</summary>
public interface ILogFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Reads up to the length of <paramref name="buffer"/>; fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> buffer, long position);

    /// <summary>Fills <paramref name="buffer"/> from what the operating system has in memory, without ever waiting for the disk; false, and any part of it filled, when it cannot.</summary>
    bool TryReadCached(Span<byte> buffer, long position);

    /// <summary>Writes all bytes or throws; after a throw any part of them may have been written.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Writes all buffers one after another or throws; after a throw any part of them may have been written.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position);

    /// <summary>Cuts or extends the file.</summary>
    void SetLength(long lengthBytes);

    /// <summary>
    /// Makes everything written before durable (fdatasync). When it throws, nobody knows what is durable: the caller goes back to
    /// what an earlier flush covered and never asks again for the same bytes.
    /// </summary>
    void Flush();
}
