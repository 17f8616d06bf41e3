using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>What access control lists allow a client, as they are at the moment.</summary>
internal sealed class LimitedAccess(ClientSession client, ISecurityStore store, AuthorizationOptions options) : IAccess
{
    /// <inheritdoc/>
    public bool IsLimited => true;

    /// <inheritdoc/>
    public bool Allows(AclOperation operation, AclResourceType type, string name) =>
        Authorizer.Allows(store.Current.Acls, options, client.PrincipalText, client.Host, operation, type, name);

    /// <inheritdoc/>
    public bool AllowsSomewhere(AclOperation operation, AclResourceType type) =>
        Authorizer.AllowsSomewhere(store.Current.Acls, options, client.PrincipalText, client.Host, operation, type);
}
