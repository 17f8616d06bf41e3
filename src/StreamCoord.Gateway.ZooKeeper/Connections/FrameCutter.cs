using System.Buffers;
using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Cuts what comes from a socket into frames. Pure.</summary>
internal static class FrameCutter
{
    /// <summary>Takes the next frame, without its length, off the front; false when it is not there as a whole.</summary>
    /// <exception cref="JuteFormatException">Its length is not legal.</exception>
    public static bool TryCut(ref ReadOnlySequence<byte> bytes, int frameBytesMax, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (bytes.Length < JuteFrame.LengthBytes)
        {
            return false;
        }
        int length = PeekInt(bytes);
        if (length < 0 || length > frameBytesMax)
        {
            throw new JuteFormatException($"A message of {length} bytes: it may have 0 to {frameBytesMax}.");
        }
        if (bytes.Length - JuteFrame.LengthBytes < length)
        {
            return false;
        }
        frame = bytes.Slice(JuteFrame.LengthBytes, length);
        bytes = bytes.Slice(frame.End);
        return true;
    }

    /// <summary>The int at the front of at least four bytes.</summary>
    public static int PeekInt(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.FirstSpan.Length >= sizeof(int))
        {
            return System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.FirstSpan);
        }
        var reader = new SequenceReader<byte>(bytes);
        reader.TryReadBigEndian(out int value);
        return value;
    }
}
