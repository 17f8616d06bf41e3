using System.Text;
using StreamCoord.Security;

namespace StreamCoord.Grains.Security;

/// <summary>Where Kafka keeps access control lists, credentials and quotas in the tree. Pure.</summary>
internal static class SecurityPaths
{
    public const string Users = "/config/users";
    public const string Clients = "/config/clients";
    public const string Ips = "/config/ips";

    private const string Literal = "/kafka-acl";
    private const string Extended = "/kafka-acl-extended";
    private const string Prefixed = Extended + "/prefixed";
    private const string DefaultName = "<default>";
    private const string ClientsOfUser = "clients";

    private static readonly AclResourceType[] Types = [.. Enum.GetValues<AclResourceType>().Where(type => type > AclResourceType.Any)];

    /// <summary>The roots of access control lists, each with what is always below it.</summary>
    public static IReadOnlyList<OwnedRoot> AclRoots { get; } =
    [
        new(Literal, [.. Types.Select(type => $"{Literal}/{type}")]),
        new(Extended, [Prefixed, .. Types.Select(type => $"{Prefixed}/{type}")]),
    ];

    /// <summary>The roots of credentials and quotas.</summary>
    public static IReadOnlyList<OwnedRoot> ConfigRoots { get; } = [new(Users, [], IsSecret: true), new(Clients, []), new(Ips, [])];

    /// <summary>All roots.</summary>
    public static IReadOnlyList<OwnedRoot> Roots { get; } = [.. AclRoots, .. ConfigRoots];

    /// <summary>The root that a path lies below; null for every other path.</summary>
    public static OwnedRoot? RootOf(string path) => Roots.FirstOrDefault(root => path.StartsWith($"{root.Path}/", StringComparison.Ordinal));

    /// <summary>The znode of a pattern's rules.</summary>
    public static string Of(AclPattern pattern) => $"{(pattern.PatternType == AclPatternType.Prefixed ? Prefixed : Literal)}/{pattern.ResourceType}/{EncodeResource(pattern.Name)}";

    /// <summary>The pattern whose rules lie in a znode; null when it is no such znode.</summary>
    public static AclPattern? PatternOf(string path)
    {
        AclPatternType patternType = path.StartsWith($"{Prefixed}/", StringComparison.Ordinal) ? AclPatternType.Prefixed : AclPatternType.Literal;
        string root = patternType == AclPatternType.Prefixed ? Prefixed : Literal;
        return path.StartsWith($"{root}/", StringComparison.Ordinal) && path[(root.Length + 1)..].Split('/') is [var type, var name]
            && Enum.TryParse(type, out AclResourceType resourceType) && Types.Contains(resourceType)
            ? new AclPattern(resourceType, Uri.UnescapeDataString(name), patternType)
            : null;
    }

    /// <summary>The znode of an entity's configurations.</summary>
    public static string Of(QuotaEntity entity)
    {
        return entity switch
        {
            { Ip: { } ip } => $"{Ips}/{EncodeEntity(ip)}",
            { User: { } user, ClientId: { } client } => $"{Users}/{EncodeEntity(user)}/{ClientsOfUser}/{EncodeEntity(client)}",
            { User: { } user } => $"{Users}/{EncodeEntity(user)}",
            _ => $"{Clients}/{EncodeEntity(entity.ClientId!)}",
        };
    }

    /// <summary>The entity whose configurations lie in a znode; null when it is no such znode.</summary>
    public static QuotaEntity? EntityOf(string path)
    {
        return path.Split('/') switch
        {
            ["", "config", "users", var user] => new QuotaEntity(DecodeEntity(user), null),
            ["", "config", "users", var user, ClientsOfUser, var client] => new QuotaEntity(DecodeEntity(user), DecodeEntity(client)),
            ["", "config", "clients", var client] => new QuotaEntity(null, DecodeEntity(client)),
            ["", "config", "ips", var ip] => new QuotaEntity(null, null, DecodeEntity(ip)),
            _ => null,
        };
    }

    /// <summary>Whether the name can be that of a znode's, in the form in which Kafka writes it.</summary>
    public static bool CanBeEntity(string name) => name is not ("." or "..");

    /// <summary>The name as Kafka writes it, but for what no znode can be called: that, and percent signs, stand as in an address.</summary>
    private static string EncodeResource(string name)
    {
        if (name is "." or "..")
        {
            return name.Replace(".", "%2E", StringComparison.Ordinal);
        }
        var text = new StringBuilder();
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool isLegal = rune.Value is not ('/' or '%') && !Rune.IsControl(rune) && rune.Value is < 0xd800 or (> 0xf8ff and < 0xfff0);
            text.Append(isLegal ? rune.ToString() : Percent(rune));
        }
        return text.ToString();
    }

    private static string Percent(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = rune.EncodeToUtf8(bytes);
        var text = new StringBuilder();
        foreach (byte one in bytes[..count])
        {
            text.Append('%').Append(Convert.ToHexString([one]));
        }
        return text.ToString();
    }

    // Kafka's Sanitizer: everything but letters, digits, dots, dashes and underscores.
    private static string EncodeEntity(string name) => name == QuotaEntity.Default
        ? DefaultName
        : string.Concat(name.EnumerateRunes().Select(rune => rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '.' or '-' or '_') ? rune.ToString() : Percent(rune)));

    private static string DecodeEntity(string name) => name == DefaultName ? QuotaEntity.Default : Uri.UnescapeDataString(name);
}
