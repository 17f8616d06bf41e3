namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Arms a persistent watch.</summary>
/// <param name="Path">The znode, which need not exist.</param>
/// <param name="Mode">0 persistent, 1 persistent recursive.</param>
public readonly record struct AddWatchRequest(string? Path, int Mode)
    : IJuteRecord<AddWatchRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static AddWatchRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(Mode);
    }
}
