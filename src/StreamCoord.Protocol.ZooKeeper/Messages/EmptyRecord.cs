namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>A record without fields: what ping, closeSession and whoAmI ask, and what delete answers.</summary>
public readonly record struct EmptyRecord : IJuteRecord<EmptyRecord>
{
    /// <inheritdoc/>
    public int SizeBytes => 0;

    /// <inheritdoc/>
    public static EmptyRecord Read(ref JuteReader reader) => default;

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
    }
}
