using System.Text.Json;
using System.Text.Json.Serialization;
using StreamCoord.Grains.Brokers;
using StreamCoord.Security;

namespace StreamCoord.Grains.Security;

/// <summary>The JSON of /kafka-acl/Type/name (version 1): the rules of one pattern. Immutable.</summary>
internal sealed record AclNode(int Version, IReadOnlyList<AclNode.Entry> Acls)
{
    private const int NewestVersion = 1;

    /// <summary>What holds for a pattern whose rules cannot be read: nothing is allowed.</summary>
    public static IReadOnlyList<AclRule> Unreadable { get; } = [new AclRule(Principal.Everybody.ToString(), AclRule.AnyHost, AclOperation.All, AclEffect.Deny)];

    public static byte[] Write(IReadOnlyList<AclRule> rules) => JsonSerializer.SerializeToUtf8Bytes(
        new AclNode(NewestVersion, [.. rules.Select(rule => new Entry(rule.Principal, rule.Permission.ToString(), rule.Operation.ToString(), rule.Host))]), KafkaJson.Default.AclNode);

    /// <summary>The rules; null when it is not what Kafka writes.</summary>
    public static IReadOnlyList<AclRule>? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, KafkaJson.Default.AclNode) is not { Version: NewestVersion, Acls: { } entries })
            {
                return null;
            }
            var rules = new List<AclRule>();
            foreach (Entry? entry in entries)
            {
                if (entry is not { Principal: { } principal, Host: { } host }
                    || !Enum.TryParse(entry.Operation, out AclOperation operation) || operation <= AclOperation.Any || !Enum.IsDefined(operation)
                    || !Enum.TryParse(entry.PermissionType, out AclEffect effect) || effect <= AclEffect.Any || !Enum.IsDefined(effect))
                {
                    return null;
                }
                rules.Add(new AclRule(principal, host, operation, effect));
            }
            return rules;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>One rule, with Kafka's names.</summary>
    internal sealed record Entry(string Principal, [property: JsonPropertyName("permissionType")] string PermissionType, string Operation, string Host);
}
