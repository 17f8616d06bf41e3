namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks how many descendants a znode has.</summary>
/// <param name="Path">The znode.</param>
public readonly record struct GetAllChildrenNumberRequest(string? Path)
    : IJuteRecord<GetAllChildrenNumberRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static GetAllChildrenNumberRequest Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
    }
}
