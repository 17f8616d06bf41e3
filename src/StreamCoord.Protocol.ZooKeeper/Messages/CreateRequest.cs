using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Creates a znode (create, create2, createContainer).</summary>
/// <param name="Path">Its path; a sequential mode appends ten digits.</param>
/// <param name="Data">Its data.</param>
/// <param name="Acl">Its access control list.</param>
/// <param name="Flags">Its kind: a <see cref="CreateMode"/>.</param>
public readonly record struct CreateRequest(string? Path, ReadOnlyMemory<byte>? Data, IReadOnlyList<AclEntry>? Acl, int Flags)
    : IJuteRecord<CreateRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.OfBuffer(Data) + JuteSize.OfAcl(Acl) + JuteSize.Int;

    /// <inheritdoc/>
    public static CreateRequest Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadBuffer(), reader.ReadAcl(), reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBuffer(Data);
        writer.WriteAcl(Acl);
        writer.WriteInt(Flags);
    }
}
