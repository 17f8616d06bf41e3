using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getACL answers.</summary>
/// <param name="Acl">The list.</param>
/// <param name="Stat">Its Stat.</param>
public readonly record struct GetAclResponse(IReadOnlyList<AclEntry>? Acl, ZNodeStat Stat)
    : IJuteRecord<GetAclResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfAcl(Acl) + JuteSize.Stat;

    /// <inheritdoc/>
    public static GetAclResponse Read(ref JuteReader reader) => new(reader.ReadAcl(), reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteAcl(Acl);
        writer.WriteStat(Stat);
    }
}
