namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>A step of the service in a SASL exchange.</summary>
/// <param name="Token">The token of the mechanism; null when there is nothing more to say.</param>
public readonly record struct SaslResponse(ReadOnlyMemory<byte>? Token)
    : IJuteRecord<SaslResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfBuffer(Token);

    /// <inheritdoc/>
    public static SaslResponse Read(ref JuteReader reader) => new(reader.ReadBuffer());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteBuffer(Token);
    }
}
