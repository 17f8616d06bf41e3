using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What setACL answers.</summary>
/// <param name="Stat">Its Stat, after the operation.</param>
public readonly record struct SetAclResponse(ZNodeStat Stat)
    : IJuteRecord<SetAclResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Stat;

    /// <inheritdoc/>
    public static SetAclResponse Read(ref JuteReader reader) => new(reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteStat(Stat);
    }
}
