namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Within a multi: succeeds when a znode exists and has a version.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Version">The version that is expected; -1 for any.</param>
public readonly record struct CheckVersionRequest(string? Path, int Version)
    : IJuteRecord<CheckVersionRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static CheckVersionRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(Version);
    }
}
