namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Proves who the client is (auth).</summary>
/// <param name="Type">0; nobody looks at it.</param>
/// <param name="Scheme">Such as <c>digest</c>.</param>
/// <param name="Auth">What proves it, in the form of the scheme.</param>
public readonly record struct AuthPacket(int Type, string? Scheme, ReadOnlyMemory<byte>? Auth)
    : IJuteRecord<AuthPacket>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.OfString(Scheme) + JuteSize.OfBuffer(Auth);

    /// <inheritdoc/>
    public static AuthPacket Read(ref JuteReader reader) => new(reader.ReadInt(), reader.ReadString(), reader.ReadBuffer());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(Type);
        writer.WriteString(Scheme);
        writer.WriteBuffer(Auth);
    }
}
