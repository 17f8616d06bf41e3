namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What create answers.</summary>
/// <param name="Path">The path that was created.</param>
public readonly record struct CreateResponse(string? Path)
    : IJuteRecord<CreateResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static CreateResponse Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
    }
}
