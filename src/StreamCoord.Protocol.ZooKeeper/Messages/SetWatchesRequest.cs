namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Arms the watches of a lost connection again (setWatches).</summary>
/// <param name="SeenZxid">The last transaction that the client has seen.</param>
/// <param name="Data">Paths with a data watch.</param>
/// <param name="Exist">Paths with a watch on a missing znode.</param>
/// <param name="Children">Paths with a child watch.</param>
public readonly record struct SetWatchesRequest(
    Zxid SeenZxid, IReadOnlyList<string>? Data, IReadOnlyList<string>? Exist, IReadOnlyList<string>? Children)
    : IJuteRecord<SetWatchesRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Long + JuteSize.OfStrings(Data) + JuteSize.OfStrings(Exist) + JuteSize.OfStrings(Children);

    /// <inheritdoc/>
    public static SetWatchesRequest Read(ref JuteReader reader) =>
        new(reader.ReadZxid(), reader.ReadStrings(), reader.ReadStrings(), reader.ReadStrings());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteZxid(SeenZxid);
        writer.WriteStrings(Data);
        writer.WriteStrings(Exist);
        writer.WriteStrings(Children);
    }
}
