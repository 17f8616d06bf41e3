namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Of ClickHouse Keeper: deletes a znode with everything below it.</summary>
/// <param name="Path">The znode.</param>
/// <param name="NodesMax">How many znodes it may be.</param>
public readonly record struct RemoveRecursiveRequest(string? Path, uint NodesMax)
    : IJuteRecord<RemoveRecursiveRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Int;

    /// <inheritdoc/>
    public static RemoveRecursiveRequest Read(ref JuteReader reader) => new(reader.ReadString(), unchecked((uint)reader.ReadInt()));

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(unchecked((int)NodesMax));
    }
}
