using System.Buffers.Binary;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>What a server says first.</summary>
internal sealed record ConnectReply(int ProtocolVersion, int TimeoutMs, long SessionId, byte[] Password, byte[] Rest)
{
    public bool IsAccepted => TimeoutMs > 0;

    public static ConnectReply Parse(byte[] frame)
    {
        Assert.True(frame.Length is 36 or 37, $"A reply to a handshake has 36 or 37 bytes, not {frame.Length}: {Convert.ToHexString(frame)}");
        Assert.Equal(16, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(16)));
        return new(
            BinaryPrimitives.ReadInt32BigEndian(frame), BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(8)),
            frame[20..36], frame[36..]);
    }
}
