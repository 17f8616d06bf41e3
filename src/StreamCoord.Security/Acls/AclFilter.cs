namespace StreamCoord.Security;

/// <summary>Which rules admin clients want to see or to delete. Immutable.</summary>
/// <param name="ResourceType">The type; <see cref="AclResourceType.Any"/> for every one.</param>
/// <param name="Name">The name; null for every one.</param>
/// <param name="PatternType">How the name is meant; <see cref="AclPatternType.Match"/> for every pattern that applies to a resource of that name.</param>
/// <param name="Principal">Who; null for everybody.</param>
/// <param name="Host">From where; null for everywhere.</param>
/// <param name="Operation">What; <see cref="AclOperation.Any"/> for everything.</param>
/// <param name="Permission">Allowed or denied; <see cref="AclEffect.Any"/> for both.</param>
public sealed record AclFilter(
    AclResourceType ResourceType, string? Name, AclPatternType PatternType, string? Principal, string? Host, AclOperation Operation, AclEffect Permission)
{
    /// <summary>Null for one that can be used, else a sentence that says what is wrong with it.</summary>
    public string? Check()
    {
        return ResourceType is <= AclResourceType.Unknown or > AclResourceType.User ? "There is no such type of resource."
            : PatternType is <= AclPatternType.Unknown or > AclPatternType.Prefixed ? "There is no such type of pattern."
            : Operation is <= AclOperation.Unknown or > AclOperation.DescribeTokens ? "There is no such operation."
            : Permission is <= AclEffect.Unknown or > AclEffect.Allow ? "There is no such permission." : null;
    }

    /// <summary>Whether a rule is wanted.</summary>
    public bool Matches(AclBinding binding) => Matches(binding.Pattern) && Matches(binding.Rule);

    /// <summary>Whether rules of a pattern are wanted.</summary>
    public bool Matches(AclPattern pattern)
    {
        bool isOfType = (ResourceType == AclResourceType.Any || ResourceType == pattern.ResourceType)
            && (PatternType is AclPatternType.Any or AclPatternType.Match || PatternType == pattern.PatternType);
        return isOfType && (Name is null || (PatternType == AclPatternType.Match ? pattern.AppliesTo(Name) : Name == pattern.Name));
    }

    private bool Matches(AclRule rule) =>
        (Principal is null || Principal == rule.Principal)
        && (Host is null || Host == rule.Host)
        && (Operation == AclOperation.Any || Operation == rule.Operation)
        && (Permission == AclEffect.Any || Permission == rule.Permission);
}
