using System.Buffers;

namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>Writes messages as they travel: an int32 with the length of what follows, then the records. Stateless.</summary>
public static class JuteFrame
{
    /// <summary>The length in front of every message. Bytes.</summary>
    public const int LengthBytes = JuteSize.Int;

    /// <summary>Writes a message of one record, such as the connect response.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write<TRecord>(IBufferWriter<byte> output, in TRecord record)
        where TRecord : IJuteRecord<TRecord>
    {
        int size = record.SizeBytes;
        Span<byte> frame = output.GetSpan(LengthBytes + size)[..(LengthBytes + size)];
        var writer = new JuteWriter(frame);
        writer.WriteInt(size);
        record.Write(ref writer);
        output.Advance(frame.Length);
        return frame.Length;
    }

    /// <summary>Writes a message of a header and what belongs to it.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write<THeader, TBody>(IBufferWriter<byte> output, in THeader header, in TBody body)
        where THeader : IJuteRecord<THeader>
        where TBody : IJuteRecord<TBody>
    {
        int size = checked(header.SizeBytes + body.SizeBytes);
        Span<byte> frame = output.GetSpan(LengthBytes + size)[..(LengthBytes + size)];
        var writer = new JuteWriter(frame);
        writer.WriteInt(size);
        header.Write(ref writer);
        body.Write(ref writer);
        output.Advance(frame.Length);
        return frame.Length;
    }
}
