namespace StreamCoord.Security;

/// <summary>Whether and how access is decided. Immutable; a change needs a restart.</summary>
public sealed class AuthorizationOptions
{
    /// <summary><c>Authorization:Enabled</c>: whether access control lists are looked at (Kafka's <c>authorizer.class.name</c>). Without it everybody who can connect may do everything.</summary>
    public bool Enabled { get; init; }

    /// <summary><c>Authorization:SuperUsers</c>: who may do everything, as <c>User:admin</c>, separated by semicolons (Kafka's <c>super.users</c>).</summary>
    public IReadOnlySet<string> SuperUsers { get; init; } = new HashSet<string>();

    /// <summary><c>Authorization:AllowIfNoAcl</c>: whether everybody may use a resource that no access control list applies to (Kafka's <c>allow.everyone.if.no.acl.found</c>).</summary>
    public bool AllowIfNoAcl { get; init; } = true;
}
