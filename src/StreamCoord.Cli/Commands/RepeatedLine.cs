namespace StreamCoord.Cli.Commands;

/// <summary>A line of one length, so many times, as a stream. Used by one reader.</summary>
internal sealed class RepeatedLine : Stream
{
    /// <summary>A good size for reads.</summary>
    public const int ChunkBytes = 256 * 1024;

    private readonly byte[] _line;
    private readonly long _lengthBytes;
    private long _position;

    /// <summary>So many lines with so many bytes each.</summary>
    public RepeatedLine(long count, int sizeBytes)
    {
        _line = new byte[sizeBytes + 1];
        for (int i = 0; i < sizeBytes; i++)
        {
            _line[i] = (byte)('a' + i * 7 % 26);
        }
        _line[sizeBytes] = (byte)'\n';
        _lengthBytes = count * _line.Length;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _lengthBytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int total = (int)Math.Min(buffer.Length, _lengthBytes - _position);
        for (int at = 0; at < total;)
        {
            int from = (int)((_position + at) % _line.Length);
            int count = Math.Min(_line.Length - from, total - at);
            _line.AsSpan(from, count).CopyTo(buffer[at..]);
            at += count;
        }
        _position += total;
        return total;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
