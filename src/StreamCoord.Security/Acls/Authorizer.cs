namespace StreamCoord.Security;

/// <summary>Decides what somebody may do, by the rules of Kafka's authorizer. Pure; safe for concurrent use.</summary>
/// <remarks>Denied beats allowed; who may read, write, delete or alter may describe; who may alter configurations may see them. A rule that denies implies nothing.</remarks>
public static class Authorizer
{
    /// <summary>Whether a user may do something with a resource.</summary>
    /// <param name="acls">The access control lists.</param>
    /// <param name="options">Super users, and what holds where there is no list.</param>
    /// <param name="principal">Who.</param>
    /// <param name="host">From which address.</param>
    /// <param name="operation">What: a single one.</param>
    /// <param name="type">With what kind of resource.</param>
    /// <param name="name">With which.</param>
    public static bool Allows(AclSet acls, AuthorizationOptions options, string principal, string host, AclOperation operation, AclResourceType type, string name)
    {
        if (options.SuperUsers.Contains(principal))
        {
            return true;
        }
        bool isAny = false;
        bool isAllowed = false;
        foreach (IReadOnlyList<AclRule> rules in acls.For(type, name))
        {
            isAny = true;
            for (int i = 0; i < rules.Count; i++)
            {
                AclRule rule = rules[i];
                if (rule.Permission == AclEffect.Deny && rule.Covers(principal, host, operation))
                {
                    return false;
                }
                isAllowed |= rule.Permission == AclEffect.Allow && Grants(rule, principal, host, operation);
            }
        }
        return isAllowed || (!isAny && options.AllowIfNoAcl);
    }

    /// <summary>
    /// Whether a user may do something with some resource of a type, whichever (KIP-679): a rule allows it that no rule which denies makes void.
    /// </summary>
    public static bool AllowsSomewhere(AclSet acls, AuthorizationOptions options, string principal, string host, AclOperation operation, AclResourceType type)
    {
        if (options.SuperUsers.Contains(principal))
        {
            return true;
        }
        List<AclPattern> denied = [.. PatternsThat(AclEffect.Deny)];
        if (denied.Any(IsEverything))
        {
            return false;
        }
        return options.AllowIfNoAcl || PatternsThat(AclEffect.Allow).Any(allowed => IsEverything(allowed) || !denied.Any(deny => IsVoidedBy(allowed, deny)));

        IEnumerable<AclPattern> PatternsThat(AclEffect permission) => acls.OfType(type)
            .Where(one => one.Value.Any(rule => rule.Permission == permission
                && (permission == AclEffect.Deny ? rule.Covers(principal, host, operation) : Grants(rule, principal, host, operation))))
            .Select(one => one.Key);
    }

    /// <summary>What a user may do with a resource, as a set of bits: bit n stands for the operation of number n (KIP-430).</summary>
    /// <param name="isAllowed">Decides on a single operation.</param>
    /// <param name="type">The kind of resource, which has some operations and not others.</param>
    public static int Operations(Func<AclOperation, bool> isAllowed, AclResourceType type) =>
        OperationsOf(type).Where(isAllowed).Aggregate(0, (bits, operation) => bits | (1 << (int)operation));

    private static AclOperation[] OperationsOf(AclResourceType type) => type switch
    {
        AclResourceType.Topic =>
        [
            AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Delete, AclOperation.Alter, AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
        ],
        AclResourceType.Group => [AclOperation.Read, AclOperation.Delete, AclOperation.Describe],
        AclResourceType.Cluster =>
        [
            AclOperation.Create, AclOperation.Alter, AclOperation.Describe, AclOperation.ClusterAction, AclOperation.DescribeConfigs, AclOperation.AlterConfigs, AclOperation.IdempotentWrite,
        ],
        AclResourceType.TransactionalId => [AclOperation.Write, AclOperation.Describe],
        AclResourceType.User => [AclOperation.CreateTokens, AclOperation.DescribeTokens],
        _ => [AclOperation.Describe],
    };

    private static bool Grants(AclRule rule, string principal, string host, AclOperation operation) =>
        (rule.Operation == operation || rule.Operation == AclOperation.All || Implies(rule.Operation, operation)) && rule.IsAbout(principal, host);

    private static bool Implies(AclOperation allowed, AclOperation wanted) => wanted switch
    {
        AclOperation.Describe => allowed is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
        AclOperation.DescribeConfigs => allowed == AclOperation.AlterConfigs,
        _ => false,
    };

    private static bool IsEverything(AclPattern pattern) => pattern is { PatternType: AclPatternType.Literal, Name: AclPattern.Wildcard };

    private static bool IsVoidedBy(AclPattern allowed, AclPattern deny) => deny.PatternType == AclPatternType.Prefixed
        ? allowed.Name.StartsWith(deny.Name, StringComparison.Ordinal)
        : allowed.PatternType == AclPatternType.Literal && deny.Name == allowed.Name;
}
