namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What sync answers.</summary>
/// <param name="Path">That of the request.</param>
public readonly record struct SyncResponse(string? Path)
    : IJuteRecord<SyncResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static SyncResponse Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
    }
}
