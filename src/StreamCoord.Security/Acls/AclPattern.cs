namespace StreamCoord.Security;

/// <summary>The resources that rules apply to. Immutable.</summary>
/// <param name="ResourceType">Their type.</param>
/// <param name="Name">Their name, or how their names begin.</param>
/// <param name="PatternType">Which of the two.</param>
public sealed record AclPattern(AclResourceType ResourceType, string Name, AclPatternType PatternType)
{
    /// <summary>The literal name that stands for all names.</summary>
    public const string Wildcard = "*";

    /// <summary>The only name of a resource of type <see cref="AclResourceType.Cluster"/>.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>Whether it applies to a resource of its type.</summary>
    public bool AppliesTo(string resourceName) => PatternType == AclPatternType.Prefixed
        ? resourceName.StartsWith(Name, StringComparison.Ordinal)
        : Name == resourceName || Name == Wildcard;
}
