namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Sets the data of a znode.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Data">The data.</param>
/// <param name="Version">The version that is expected; -1 for any.</param>
public readonly record struct SetDataRequest(string? Path, ReadOnlyMemory<byte>? Data, int Version)
    : IJuteRecord<SetDataRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.OfBuffer(Data) + JuteSize.Int;

    /// <inheritdoc/>
    public static SetDataRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadBuffer(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBuffer(Data);
        writer.WriteInt(Version);
    }
}
