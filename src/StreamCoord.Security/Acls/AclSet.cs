namespace StreamCoord.Security;

/// <summary>All access control lists at one moment, found by the name of a resource. Immutable; safe for concurrent use.</summary>
public sealed class AclSet
{
    private readonly Dictionary<AclPattern, IReadOnlyList<AclRule>> _rules;
    private readonly Dictionary<AclResourceType, int[]> _prefixLengths;

    /// <summary>Gathers them. A pattern without rules counts as one that is not there.</summary>
    public AclSet(IEnumerable<KeyValuePair<AclPattern, IReadOnlyList<AclRule>>> rules)
    {
        _rules = rules.Where(one => one.Value.Count > 0).ToDictionary();
        _prefixLengths = _rules.Keys
            .Where(pattern => pattern.PatternType == AclPatternType.Prefixed)
            .GroupBy(pattern => pattern.ResourceType)
            .ToDictionary(same => same.Key, same => same.Select(pattern => pattern.Name.Length).Distinct().Order().ToArray());
    }

    /// <summary>None.</summary>
    public static AclSet Empty { get; } = new([]);

    /// <summary>Every rule.</summary>
    public IEnumerable<AclBinding> All => _rules.SelectMany(one => one.Value.Select(rule => new AclBinding(one.Key, rule)));

    /// <summary>The patterns of a type with their rules.</summary>
    public IEnumerable<KeyValuePair<AclPattern, IReadOnlyList<AclRule>>> OfType(AclResourceType type) => _rules.Where(one => one.Key.ResourceType == type);

    /// <summary>The rules of every pattern that applies to a resource, pattern by pattern.</summary>
    public IEnumerable<IReadOnlyList<AclRule>> For(AclResourceType type, string name)
    {
        if (_rules.TryGetValue(new AclPattern(type, name, AclPatternType.Literal), out IReadOnlyList<AclRule>? own))
        {
            yield return own;
        }
        if (name != AclPattern.Wildcard && _rules.TryGetValue(new AclPattern(type, AclPattern.Wildcard, AclPatternType.Literal), out IReadOnlyList<AclRule>? every))
        {
            yield return every;
        }
        foreach (int length in _prefixLengths.GetValueOrDefault(type) ?? [])
        {
            if (length <= name.Length && _rules.TryGetValue(new AclPattern(type, name[..length], AclPatternType.Prefixed), out IReadOnlyList<AclRule>? prefixed))
            {
                yield return prefixed;
            }
        }
    }
}
