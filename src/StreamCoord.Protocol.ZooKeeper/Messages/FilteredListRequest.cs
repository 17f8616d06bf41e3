using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Of ClickHouse Keeper: asks for the names of a znode's children of one kind, and its Stat.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Watch">Whether to arm the one-shot watch that goes with it.</param>
/// <param name="Filter">Which children.</param>
public readonly record struct FilteredListRequest(string? Path, bool Watch, ChildFilter Filter)
    : IJuteRecord<FilteredListRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Boolean + JuteSize.Byte;

    /// <inheritdoc/>
    public static FilteredListRequest Read(ref JuteReader reader)
    {
        var request = new FilteredListRequest(reader.ReadString(), reader.ReadBoolean(), (ChildFilter)reader.ReadByte());
        return Enum.IsDefined(request.Filter) ? request : throw new JuteFormatException($"There is no list of kind {(int)request.Filter}.");
    }

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBoolean(Watch);
        writer.WriteByte((byte)Filter);
    }
}
