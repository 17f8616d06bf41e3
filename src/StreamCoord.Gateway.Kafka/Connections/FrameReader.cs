using System.Buffers;
using System.IO.Pipelines;
using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>Cuts what comes from a socket into frames. Takes memory as bytes come, never as a length says. For one caller at a time.</summary>
internal sealed class FrameReader(PipeReader input, int frameBytesMax)
{
    private const int LengthBytes = 4;
    private const int AtOnceBytes = 64 * 1024;

    /// <summary>The longest frame from now on.</summary>
    public int FrameBytesMax { get; set; } = frameBytesMax;

    /// <summary>The next frame; null when the client has closed the connection between two frames.</summary>
    /// <exception cref="KafkaFormatException">The length is not legal, or the connection ends within a frame.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken stop)
    {
        int length = await ReadLengthAsync(stop);
        if (length < 0)
        {
            return null;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(length, AtOnceBytes));
        int filled = 0;
        while (filled < length)
        {
            ReadResult read = await input.ReadAsync(stop);
            ReadOnlySequence<byte> bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, length - filled));
            if (read.IsCompleted && bytes.Length < length - filled)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw new KafkaFormatException($"The connection ended {length - filled - bytes.Length} bytes before the end of a request.");
            }
            buffer = Grow(buffer, filled, filled + (int)bytes.Length, length);
            bytes.CopyTo(buffer.AsSpan(filled));
            filled += (int)bytes.Length;
            input.AdvanceTo(bytes.End);
        }
        return new Frame(buffer, length);
    }

    private async ValueTask<int> ReadLengthAsync(CancellationToken stop)
    {
        ReadResult read = await input.ReadAtLeastAsync(LengthBytes, stop);
        if (read.Buffer.Length < LengthBytes)
        {
            return read.Buffer.IsEmpty ? -1 : throw new KafkaFormatException("The connection ended within the length of a request.");
        }
        int length = Length(read.Buffer);
        input.AdvanceTo(read.Buffer.GetPosition(LengthBytes));
        return length >= 0 && length <= FrameBytesMax
            ? length
            : throw new KafkaFormatException($"A request of {length} bytes: it may have 0 to {FrameBytesMax}.");
    }

    private static int Length(ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        reader.TryReadBigEndian(out int length);
        return length;
    }

    private static byte[] Grow(byte[] buffer, int filled, int needed, int length)
    {
        if (buffer.Length >= needed)
        {
            return buffer;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(length, Math.Max(needed, 2 * buffer.Length)));
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
