namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>A step of the client in a SASL exchange.</summary>
/// <param name="Token">The token of the mechanism.</param>
public readonly record struct SaslRequest(ReadOnlyMemory<byte>? Token)
    : IJuteRecord<SaslRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfBuffer(Token);

    /// <inheritdoc/>
    public static SaslRequest Read(ref JuteReader reader) => new(reader.ReadBuffer());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteBuffer(Token);
    }
}
