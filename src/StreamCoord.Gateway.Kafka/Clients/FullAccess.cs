using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>Everything is allowed, as access control lists are not looked at.</summary>
internal sealed class FullAccess : IAccess
{
    public static FullAccess Instance { get; } = new();

    /// <inheritdoc/>
    public bool IsLimited => false;

    /// <inheritdoc/>
    public bool Allows(AclOperation operation, AclResourceType type, string name) => true;

    /// <inheritdoc/>
    public bool AllowsSomewhere(AclOperation operation, AclResourceType type) => true;
}
