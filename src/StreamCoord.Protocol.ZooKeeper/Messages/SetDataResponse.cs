using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What setData answers.</summary>
/// <param name="Stat">Its Stat, after the operation.</param>
public readonly record struct SetDataResponse(ZNodeStat Stat)
    : IJuteRecord<SetDataResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Stat;

    /// <inheritdoc/>
    public static SetDataResponse Read(ref JuteReader reader) => new(reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStat(Stat);
    }
}
