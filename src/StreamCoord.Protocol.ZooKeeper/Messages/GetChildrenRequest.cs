namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for the names of a znode's children.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Watch">Whether to arm the one-shot watch that goes with it.</param>
public readonly record struct GetChildrenRequest(string? Path, bool Watch)
    : IJuteRecord<GetChildrenRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Boolean;

    /// <inheritdoc/>
    public static GetChildrenRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadBoolean());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBoolean(Watch);
    }
}
