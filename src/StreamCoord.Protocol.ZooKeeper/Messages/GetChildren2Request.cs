namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for the names of a znode's children and its Stat.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Watch">Whether to arm the one-shot watch that goes with it.</param>
public readonly record struct GetChildren2Request(string? Path, bool Watch)
    : IJuteRecord<GetChildren2Request>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Boolean;

    /// <inheritdoc/>
    public static GetChildren2Request Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadBoolean());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBoolean(Watch);
    }
}
