namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for a read barrier.</summary>
/// <param name="Path">Comes back with the answer; the barrier is for all znodes.</param>
public readonly record struct SyncRequest(string? Path)
    : IJuteRecord<SyncRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static SyncRequest Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
    }
}
