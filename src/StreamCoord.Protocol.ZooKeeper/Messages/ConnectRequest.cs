namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>The first message of a connection, without a header.</summary>
/// <param name="ProtocolVersion">0.</param>
/// <param name="SeenZxid">The newest transaction that the client has seen on earlier connections.</param>
/// <param name="TimeoutMs">The session timeout that it asks for. Milliseconds.</param>
/// <param name="Session">The session that it comes back to; <see cref="SessionId.None"/> for a new one.</param>
/// <param name="Password">What proves that the session is its own.</param>
/// <param name="ReadOnly">Whether it would take a server that only reads; null from clients before ZooKeeper 3.4, which do not send the byte.</param>
public readonly record struct ConnectRequest(int ProtocolVersion, Zxid SeenZxid, int TimeoutMs, SessionId Session, ReadOnlyMemory<byte>? Password, bool? ReadOnly)
    : IJuteRecord<ConnectRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Long + JuteSize.Int + JuteSize.Long + JuteSize.OfBuffer(Password) + (ReadOnly is null ? 0 : JuteSize.Boolean);

    /// <inheritdoc/>
    public static ConnectRequest Read(ref JuteReader reader) => new(
        reader.ReadInt(), reader.ReadZxid(), reader.ReadInt(), reader.ReadSession(), reader.ReadBuffer(), reader.RemainingBytes > 0 ? reader.ReadBoolean() : null);

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(ProtocolVersion);
        writer.WriteZxid(SeenZxid);
        writer.WriteInt(TimeoutMs);
        writer.WriteSession(Session);
        writer.WriteBuffer(Password);
        if (ReadOnly is { } readOnly)
        {
            writer.WriteBoolean(readOnly);
        }
    }
}
