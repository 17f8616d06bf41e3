using StreamCoord.Security;

namespace StreamCoord.Grains.Security;

/// <summary>What this silo has read about access, znode by znode, and the snapshot made of it. Safe for concurrent use; whatever order answers come in, the newest of a znode holds.</summary>
internal sealed class SecurityState
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Zxid> _read = [];
    private readonly Dictionary<AclPattern, IReadOnlyList<AclRule>> _acls = [];
    private readonly Dictionary<string, UserCredentials> _users = [];
    private readonly Dictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>> _quotas = [];
    private SecuritySnapshot _current = SecuritySnapshot.Empty;

    public SecuritySnapshot Current => Volatile.Read(ref _current);

    /// <summary>The znodes that something was read from.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate)
            {
                return [.. _read.Keys];
            }
        }
    }

    /// <summary>Takes over what some znodes held at a moment; null for one that is not there or is not believed.</summary>
    public void Apply(IEnumerable<(string Path, Zxid At, ReadOnlyMemory<byte>? Data)> nodes)
    {
        lock (_gate)
        {
            foreach ((string path, Zxid at, ReadOnlyMemory<byte>? data) in nodes)
            {
                if (!_read.TryGetValue(path, out Zxid known) || known <= at)
                {
                    _read[path] = at;
                    Apply(path, data);
                }
            }
            Volatile.Write(ref _current, new SecuritySnapshot(new AclSet(_acls), new Dictionary<string, UserCredentials>(_users), new QuotaTable(_quotas.ToDictionary())));
        }
    }

    private void Apply(string path, ReadOnlyMemory<byte>? data)
    {
        if (SecurityPaths.PatternOf(path) is { } pattern)
        {
            Set(_acls, pattern, data is { } json ? AclNode.TryRead(json.Span) ?? AclNode.Unreadable : null);
        }
        else if (SecurityPaths.EntityOf(path) is { } entity)
        {
            IReadOnlyDictionary<string, string> config = (data is { } json ? EntityConfigNode.TryRead(json.Span) : null) ?? new Dictionary<string, string>();
            IReadOnlyDictionary<QuotaKind, double> limits = EntityConfigs.Limits(config);
            Set(_quotas, entity, limits.Count == 0 ? null : limits);
            if (entity is { User: { Length: > 0 } user, ClientId: null })
            {
                Set(_users, user, EntityConfigs.Credentials(config));
            }
        }
    }

    private static void Set<TKey, TValue>(Dictionary<TKey, TValue> into, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
        {
            into.Remove(key);
        }
        else
        {
            into[key] = value;
        }
    }
}
