using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getChildren2 answers.</summary>
/// <param name="Children">The names, in no particular order.</param>
/// <param name="Stat">Its Stat.</param>
public readonly record struct GetChildren2Response(IReadOnlyList<string>? Children, ZNodeStat Stat)
    : IJuteRecord<GetChildren2Response>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfStrings(Children) + JuteSize.Stat;

    /// <inheritdoc/>
    public static GetChildren2Response Read(ref JuteReader reader) => new(reader.ReadStrings(), reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStrings(Children);
        writer.WriteStat(Stat);
    }
}
