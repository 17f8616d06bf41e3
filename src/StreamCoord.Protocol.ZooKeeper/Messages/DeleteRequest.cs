namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Deletes a znode without children.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Version">The version that is expected; -1 for any.</param>
public readonly record struct DeleteRequest(string? Path, int Version)
    : IJuteRecord<DeleteRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static DeleteRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(Version);
    }
}
