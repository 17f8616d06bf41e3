namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What stands before every request.</summary>
/// <param name="Xid">What the client recognises the reply by; the negative ones are in <see cref="Xids"/>.</param>
/// <param name="OpCode">What is asked for.</param>
public readonly record struct RequestHeader(int Xid, OpCode OpCode)
    : IJuteRecord<RequestHeader>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Int;

    /// <inheritdoc/>
    public static RequestHeader Read(ref JuteReader reader) => new(reader.ReadInt(), (OpCode)reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(Xid);
        writer.WriteInt((int)OpCode);
    }
}
