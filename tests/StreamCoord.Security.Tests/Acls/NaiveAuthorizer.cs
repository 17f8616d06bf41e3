
namespace StreamCoord.Security.Tests.Acls;

/// <summary>Kafka's rules, said as plainly as can be: every rule is looked at, one after another.</summary>
internal sealed class NaiveAuthorizer(IReadOnlyList<AclBinding> bindings, IReadOnlySet<string> superUsers, bool allowIfNone)
{
    public bool Allows(string principal, string host, AclOperation operation, AclResourceType type, string name)
    {
        if (superUsers.Contains(principal))
        {
            return true;
        }
        List<AclRule> rules = [];
        foreach (AclBinding binding in bindings)
        {
            bool applies = binding.Pattern.ResourceType == type && binding.Pattern.PatternType switch
            {
                AclPatternType.Prefixed => name.StartsWith(binding.Pattern.Name, StringComparison.Ordinal),
                _ => binding.Pattern.Name == "*" || binding.Pattern.Name == name,
            };
            if (applies)
            {
                rules.Add(binding.Rule);
            }
        }
        if (rules.Count == 0)
        {
            return allowIfNone;
        }
        bool Mentions(AclRule rule, AclOperation wanted) =>
            (rule.Principal == principal || rule.Principal == "User:*") && (rule.Host == host || rule.Host == "*") && (rule.Operation == wanted || rule.Operation == AclOperation.All);
        if (rules.Any(rule => rule.Permission == AclEffect.Deny && Mentions(rule, operation)))
        {
            return false;
        }
        AclOperation[] enough = operation switch
        {
            AclOperation.Describe => [AclOperation.Describe, AclOperation.Read, AclOperation.Write, AclOperation.Delete, AclOperation.Alter],
            AclOperation.DescribeConfigs => [AclOperation.DescribeConfigs, AclOperation.AlterConfigs],
            _ => [operation],
        };
        return enough.Any(one => rules.Any(rule => rule.Permission == AclEffect.Allow && Mentions(rule, one)));
    }
}
