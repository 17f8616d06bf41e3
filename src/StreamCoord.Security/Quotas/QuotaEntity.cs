namespace StreamCoord.Security;

/// <summary>
/// Whom a quota bounds: users, clients by what they call themselves, both together, or addresses. A part is null when it does not count, <see cref="Default"/> for all that have
/// no quota of their own, else a name. Immutable.
/// </summary>
/// <param name="User">Users.</param>
/// <param name="ClientId">Clients.</param>
/// <param name="Ip">Addresses; then the others are null.</param>
public sealed record QuotaEntity(string? User, string? ClientId, string? Ip = null)
{
    /// <summary>All that have no quota of their own. No name is empty.</summary>
    public const string Default = "";

    /// <summary>Its parts by the names that clients use for them; a default has no value.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Parts =>
        new KeyValuePair<string, string?>[] { new(QuotaEntityTypes.User, User), new(QuotaEntityTypes.ClientId, ClientId), new(QuotaEntityTypes.Ip, Ip) }
            .Where(part => part.Value is not null)
            .Select(part => KeyValuePair.Create(part.Key, part.Value == Default ? null : part.Value));
}
