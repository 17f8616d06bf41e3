namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Removes watches of the connection.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Type">Which kinds: 1 children, 2 data, 3 any, 4 persistent, 5 persistent recursive.</param>
public readonly record struct RemoveWatchesRequest(string? Path, int Type)
    : IJuteRecord<RemoveWatchesRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static RemoveWatchesRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(Type);
    }
}
