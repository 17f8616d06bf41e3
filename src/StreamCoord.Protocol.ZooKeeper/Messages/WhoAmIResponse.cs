using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What whoAmI answers.</summary>
/// <param name="Identities">Everything that the connection has proved.</param>
public readonly record struct WhoAmIResponse(IReadOnlyList<AuthIdentity>? Identities)
    : IJuteRecord<WhoAmIResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfIdentities(Identities);

    /// <inheritdoc/>
    public static WhoAmIResponse Read(ref JuteReader reader) => new(reader.ReadIdentities());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteIdentities(Identities);
    }
}
