namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks whether the connection has a watch.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Type">Which kinds: 1 children, 2 data, 3 any, 4 persistent, 5 persistent recursive.</param>
public readonly record struct CheckWatchesRequest(string? Path, int Type)
    : IJuteRecord<CheckWatchesRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static CheckWatchesRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(Type);
    }
}
