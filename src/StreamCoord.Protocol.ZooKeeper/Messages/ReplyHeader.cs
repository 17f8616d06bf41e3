using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What stands before every reply and every event. With an error nothing follows it.</summary>
/// <param name="Xid">That of the request; of an event <see cref="Xids.Event"/>.</param>
/// <param name="Zxid">The newest transaction that the client may have seen now.</param>
/// <param name="Error">How it went.</param>
public readonly record struct ReplyHeader(int Xid, Zxid Zxid, ZNodeError Error)
    : IJuteRecord<ReplyHeader>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Long + JuteSize.Int;

    /// <inheritdoc/>
    public static ReplyHeader Read(ref JuteReader reader) => new(reader.ReadInt(), reader.ReadZxid(), (ZNodeError)reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(Xid);
        writer.WriteZxid(Zxid);
        writer.WriteInt((int)Error);
    }
}
