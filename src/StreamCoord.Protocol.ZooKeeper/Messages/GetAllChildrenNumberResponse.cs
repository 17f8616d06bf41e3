namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getAllChildrenNumber answers.</summary>
/// <param name="Count">How many descendants there are.</param>
public readonly record struct GetAllChildrenNumberResponse(int Count)
    : IJuteRecord<GetAllChildrenNumberResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int;

    /// <inheritdoc/>
    public static GetAllChildrenNumberResponse Read(ref JuteReader reader) => new(reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(Count);
    }
}
