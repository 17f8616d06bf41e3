using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What exists answers.</summary>
/// <param name="Stat">Its Stat.</param>
public readonly record struct ExistsResponse(ZNodeStat Stat)
    : IJuteRecord<ExistsResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Stat;

    /// <inheritdoc/>
    public static ExistsResponse Read(ref JuteReader reader) => new(reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStat(Stat);
    }
}
