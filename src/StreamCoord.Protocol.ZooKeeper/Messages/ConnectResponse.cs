namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>The answer to a <see cref="ConnectRequest"/>, without a header.</summary>
/// <param name="ProtocolVersion">0.</param>
/// <param name="TimeoutMs">The session timeout in force; 0 when the session does not exist any more. Milliseconds.</param>
/// <param name="Session">The session; <see cref="SessionId.None"/> when it does not exist any more.</param>
/// <param name="Password">What the client proves with, on later connections, that the session is its own. 16 bytes.</param>
/// <param name="ReadOnly">Whether this server only reads; null, and not sent, when the request did not have it: old clients count the bytes.</param>
public readonly record struct ConnectResponse(int ProtocolVersion, int TimeoutMs, SessionId Session, ReadOnlyMemory<byte>? Password, bool? ReadOnly)
    : IJuteRecord<ConnectResponse>
{
    /// <summary>How long a session's password is. Bytes.</summary>
    public const int PasswordBytes = 16;

    private static readonly byte[] NoPassword = new byte[PasswordBytes];

    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Int + JuteSize.Long + JuteSize.OfBuffer(Password) + (ReadOnly is null ? 0 : JuteSize.Boolean);

    /// <summary>Tells that the session does not exist, or that the password is not its own: the only way in which a client learns of an expiry.</summary>
    /// <param name="readOnly">As the request had it.</param>
    public static ConnectResponse Refused(bool? readOnly) => new(0, 0, SessionId.None, NoPassword, readOnly is null ? null : false);

    /// <inheritdoc/>
    public static ConnectResponse Read(ref JuteReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadSession(), reader.ReadBuffer(), reader.RemainingBytes > 0 ? reader.ReadBoolean() : null);

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(ProtocolVersion);
        writer.WriteInt(TimeoutMs);
        writer.WriteSession(Session);
        writer.WriteBuffer(Password);
        if (ReadOnly is { } readOnly)
        {
            writer.WriteBoolean(readOnly);
        }
    }
}
