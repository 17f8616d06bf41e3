namespace StreamCoord.Security;

/// <summary>Everything that is stored about access at one moment. Immutable.</summary>
/// <param name="Acls">The access control lists.</param>
/// <param name="Users">Credentials, by user.</param>
/// <param name="Quotas">The quotas.</param>
public sealed record SecuritySnapshot(AclSet Acls, IReadOnlyDictionary<string, UserCredentials> Users, QuotaTable Quotas)
{
    /// <summary>Nothing.</summary>
    public static SecuritySnapshot Empty { get; } = new(AclSet.Empty, new Dictionary<string, UserCredentials>(), QuotaTable.Empty);
}
