using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Acls;

/// <summary>What access control lists may hold and what they allow, as ZooKeeper has it. Pure; safe for concurrent use.</summary>
public static class AclRules
{
    /// <summary>The most entries of a list after <c>auth</c> was replaced: more than a ZooKeeper request of 1 MiB can name.</summary>
    public const int EntriesMax = 65_536;

    private const ZNodeError Invalid = ZNodeError.InvalidAcl;

    /// <summary>
    /// The list as it is stored: without repeated entries, and with what the caller has proved in the place of <c>auth</c>. The caller must not change
    /// <paramref name="entries"/> afterwards.
    /// </summary>
    /// <returns>
    /// <see cref="ZNodeError.InvalidAcl"/> and null when the list is empty, an entry's scheme or id is not acceptable, <c>auth</c> stands for nobody, or the result has more than <see cref="EntriesMax"/> entries.
    /// </returns>
    public static (ZNodeError Error, IReadOnlyList<AclEntry>? Acl) Normalise(IReadOnlyList<AclEntry>? entries, IReadOnlyList<AuthIdentity> identities)
    {
        if (ReferenceEquals(entries, AclEntry.Open) || ReferenceEquals(entries, AclEntry.ReadOnly))
        {
            return (ZNodeError.Ok, entries);
        }
        if (entries is null || entries.Count is 0 or > EntriesMax)
        {
            return (Invalid, null);
        }
        var stored = new List<AclEntry>(entries.Count);
        foreach (AclEntry? entry in entries.Distinct())
        {
            if (entry is null || !TryStore(entry, identities, stored) || stored.Count > EntriesMax)
            {
                return (Invalid, null);
            }
        }
        return (ZNodeError.Ok, Shared(stored));
    }

    /// <summary>
    /// True when the list grants any of the wanted permissions to any of the identities. A list that is null or empty grants everything, and an identity of the
    /// scheme <c>super</c> is never refused. Allocates nothing, but to compare IPv6 addresses.
    /// </summary>
    public static bool Allows(IReadOnlyList<AclEntry>? acl, ZNodePermissions wanted, IReadOnlyList<AuthIdentity> identities)
    {
        if (acl is null || ReferenceEquals(acl, AclEntry.Open) || acl.Count == 0)
        {
            return true;
        }
        for (int i = 0; i < acl.Count; i++)
        {
            AclEntry entry = acl[i];
            if ((entry.Permissions & wanted) != 0 && (IsWorld(entry) || MatchesAny(entry, identities)))
            {
                return true;
            }
        }
        return IsSuper(identities);
    }

    /// <summary>The list for somebody who may read but not administer the znode: digests are not shown.</summary>
    public static IReadOnlyList<AclEntry> Mask(IReadOnlyList<AclEntry> acl)
    {
        return acl.Any(HasSecret) ? [.. acl.Select(entry => HasSecret(entry) ? entry with { Id = $"{UserOf(entry.Id)}:x" } : entry)] : acl;

        static bool HasSecret(AclEntry entry) => entry.Scheme == AuthSchemes.Digest && entry.Id.Contains(':');
        static ReadOnlySpan<char> UserOf(string id) => id.AsSpan(0, id.IndexOf(':'));
    }

    private static bool TryStore(AclEntry entry, IReadOnlyList<AuthIdentity> identities, List<AclEntry> stored)
    {
        if (entry.Scheme == AuthSchemes.Auth)
        {
            return TryExpandAuth(entry.Permissions, identities, stored);
        }
        if (entry.Id is null || !IsIdOfScheme(entry))
        {
            return false;
        }
        stored.Add(entry);
        return true;
    }

    private static bool TryExpandAuth(ZNodePermissions permissions, IReadOnlyList<AuthIdentity> identities, List<AclEntry> stored)
    {
        bool hasAny = false;
        for (int i = 0; i < identities.Count; i++)
        {
            if (AuthSchemes.IsProof(identities[i].Scheme))
            {
                stored.Add(new AclEntry(permissions, identities[i].Scheme, identities[i].Id));
                hasAny = true;
            }
        }
        return hasAny;
    }

    private static bool IsIdOfScheme(AclEntry entry) => entry.Scheme switch
    {
        AuthSchemes.World => IsWorld(entry),
        AuthSchemes.Digest => IsDigestId(entry.Id),
        AuthSchemes.Ip => IpRange.TryParse(entry.Id, out _),
        AuthSchemes.X509 or AuthSchemes.Sasl => entry.Id.Length > 0,
        _ => false,
    };

    /// <summary>Two parts, of which the second is not empty; ZooKeeper overlooks empty ones behind them.</summary>
    private static bool IsDigestId(string id)
    {
        ReadOnlySpan<char> parts = id.AsSpan().TrimEnd(':');
        return parts.Count(':') == 1;
    }

    private static IReadOnlyList<AclEntry> Shared(List<AclEntry> stored) => stored switch
    {
        [var only] when only == AclEntry.Open[0] => AclEntry.Open,
        [var only] when only == AclEntry.ReadOnly[0] => AclEntry.ReadOnly,
        _ => stored.ToArray(),
    };

    private static bool IsWorld(AclEntry entry) => entry is { Scheme: AuthSchemes.World, Id: "anyone" };

    private static bool IsSuper(IReadOnlyList<AuthIdentity> identities)
    {
        for (int i = 0; i < identities.Count; i++)
        {
            if (identities[i].Scheme == AuthSchemes.Super)
            {
                return true;
            }
        }
        return false;
    }

    private static bool MatchesAny(AclEntry entry, IReadOnlyList<AuthIdentity> identities)
    {
        for (int i = 0; i < identities.Count; i++)
        {
            if (identities[i].Scheme == entry.Scheme && Matches(entry, identities[i].Id))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Matches(AclEntry entry, string id) => entry.Scheme switch
    {
        AuthSchemes.Digest or AuthSchemes.X509 or AuthSchemes.Sasl => entry.Id == id,
        AuthSchemes.Ip => IpRange.TryParse(entry.Id, out IpRange range) && range.Contains(id),
        _ => false,
    };
}
