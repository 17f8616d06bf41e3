using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Creates a TTL znode (createTTL).</summary>
/// <param name="Path">Its path; a sequential mode appends ten digits.</param>
/// <param name="Data">Its data.</param>
/// <param name="Acl">Its access control list.</param>
/// <param name="Flags">Its kind: a <see cref="CreateMode"/>.</param>
/// <param name="TtlMs">How long it stays without children and without being set. Milliseconds.</param>
public readonly record struct CreateTtlRequest(string? Path, ReadOnlyMemory<byte>? Data, IReadOnlyList<AclEntry>? Acl, int Flags, long TtlMs)
    : IJuteRecord<CreateTtlRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.OfBuffer(Data) + JuteSize.OfAcl(Acl) + JuteSize.Int + JuteSize.Long;

    /// <inheritdoc/>
    public static CreateTtlRequest Read(ref JuteReader reader) =>
        new(reader.ReadString(), reader.ReadBuffer(), reader.ReadAcl(), reader.ReadInt(), reader.ReadLong());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBuffer(Data);
        writer.WriteAcl(Acl);
        writer.WriteInt(Flags);
        writer.WriteLong(TtlMs);
    }
}
