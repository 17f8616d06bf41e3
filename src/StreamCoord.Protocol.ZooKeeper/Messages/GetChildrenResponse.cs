namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getChildren answers.</summary>
/// <param name="Children">The names, in no particular order.</param>
public readonly record struct GetChildrenResponse(IReadOnlyList<string>? Children)
    : IJuteRecord<GetChildrenResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfStrings(Children);

    /// <inheritdoc/>
    public static GetChildrenResponse Read(ref JuteReader reader) => new(reader.ReadStrings());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStrings(Children);
    }
}
