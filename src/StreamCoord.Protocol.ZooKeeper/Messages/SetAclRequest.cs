using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Sets the access control list of a znode.</summary>
/// <param name="Path">The znode.</param>
/// <param name="Acl">The list.</param>
/// <param name="Version">The <c>aversion</c> that is expected; -1 for any.</param>
public readonly record struct SetAclRequest(string? Path, IReadOnlyList<AclEntry>? Acl, int Version)
    : IJuteRecord<SetAclRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.OfAcl(Acl) + JuteSize.Int;

    /// <inheritdoc/>
    public static SetAclRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadAcl(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteAcl(Acl);
        writer.WriteInt(Version);
    }
}
