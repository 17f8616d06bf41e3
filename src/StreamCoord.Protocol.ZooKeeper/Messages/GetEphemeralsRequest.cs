namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for the session's ephemeral znodes.</summary>
/// <param name="PathPrefix">With what their paths begin.</param>
public readonly record struct GetEphemeralsRequest(string? PathPrefix)
    : IJuteRecord<GetEphemeralsRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(PathPrefix);

    /// <inheritdoc/>
    public static GetEphemeralsRequest Read(ref JuteReader reader) => new(reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(PathPrefix);
    }
}
