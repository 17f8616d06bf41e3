namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for the access control list of a znode.</summary>
/// <param name="Path">The znode.</param>
public readonly record struct GetAclRequest(string? Path)
    : IJuteRecord<GetAclRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static GetAclRequest Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
    }
}
