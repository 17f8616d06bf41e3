namespace StreamCoord.Security;

/// <summary>One rule of one pattern: what admin clients create, list and delete. Immutable.</summary>
/// <param name="Pattern">What it applies to.</param>
/// <param name="Rule">What it says.</param>
public sealed record AclBinding(AclPattern Pattern, AclRule Rule)
{
    /// <summary>Null for one that can be stored, else a sentence that says what is wrong with it.</summary>
    public string? Check()
    {
        return !IsDefinite(Pattern.ResourceType) ? "An access control list belongs to a topic, a group, the cluster, a transactional id, a delegation token or a user."
            : Pattern.PatternType is not (AclPatternType.Literal or AclPatternType.Prefixed) ? "The pattern of an access control list is literal or prefixed."
            : Pattern.Name.Length == 0 ? "The name of the resource is empty."
            : Pattern.ResourceType == AclResourceType.Cluster && Pattern.Name != AclPattern.ClusterName ? $"The only name of the cluster is {AclPattern.ClusterName}."
            : Principal.TryParse(Rule.Principal) is null ? $"'{Rule.Principal}' is not of the form User:name."
            : Rule.Host.Length == 0 ? "The host is empty; * stands for every one."
            : Rule.Operation is <= AclOperation.Any or > AclOperation.DescribeTokens ? "There is no such operation."
            : Rule.Permission is AclEffect.Allow or AclEffect.Deny ? null : "A rule allows or denies.";
    }

    private static bool IsDefinite(AclResourceType type) => type is > AclResourceType.Any and <= AclResourceType.User;
}
