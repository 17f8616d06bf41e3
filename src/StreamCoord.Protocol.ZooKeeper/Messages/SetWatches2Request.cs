namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Arms the watches of a lost connection again (setWatches2).</summary>
/// <param name="SeenZxid">The last transaction that the client has seen.</param>
/// <param name="Data">Paths with a data watch.</param>
/// <param name="Exist">Paths with a watch on a missing znode.</param>
/// <param name="Children">Paths with a child watch.</param>
/// <param name="Persistent">Paths with a persistent watch.</param>
/// <param name="PersistentRecursive">Paths with a persistent recursive watch.</param>
public readonly record struct SetWatches2Request(
    Zxid SeenZxid, IReadOnlyList<string>? Data, IReadOnlyList<string>? Exist, IReadOnlyList<string>? Children, IReadOnlyList<string>? Persistent, IReadOnlyList<string>? PersistentRecursive)
    : IJuteRecord<SetWatches2Request>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Long + JuteSize.OfStrings(Data) + JuteSize.OfStrings(Exist) + JuteSize.OfStrings(Children) + JuteSize.OfStrings(Persistent) + JuteSize.OfStrings(PersistentRecursive);

    /// <inheritdoc/>
    public static SetWatches2Request Read(ref JuteReader reader) =>
        new(reader.ReadZxid(), reader.ReadStrings(), reader.ReadStrings(), reader.ReadStrings(), reader.ReadStrings(), reader.ReadStrings());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteZxid(SeenZxid);
        writer.WriteStrings(Data);
        writer.WriteStrings(Exist);
        writer.WriteStrings(Children);
        writer.WriteStrings(Persistent);
        writer.WriteStrings(PersistentRecursive);
    }
}
