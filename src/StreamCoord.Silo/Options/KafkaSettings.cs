using StreamCoord.Gateway.Kafka;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Security;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="KafkaGatewayOptions"/>, which say what each of them means.</summary>
internal static class KafkaSettings
{
    private const string UsersAccepted = "user:password, separated by commas; a backslash makes a comma or a backslash part of it";

    public static KafkaGatewayOptions Read(SettingsReader settings, TlsSettings tls)
    {
        var defaults = new KafkaGatewayOptions();
        var options = new KafkaGatewayOptions
        {
            RequestBytesMax = settings.Number("Kafka:RequestBytesMax", defaults.RequestBytesMax, 1_024, 1_073_741_824),
            FetchBytesMax = settings.Number("Kafka:FetchBytesMax", defaults.FetchBytesMax, 1_024, 1_073_741_824),
            IdleMs = settings.Number("Kafka:IdleMs", defaults.IdleMs, 1_000, int.MaxValue),
            Security = settings.Choice("Kafka:Security", defaults.Security),
            SaslMechanisms = ReadMechanisms(settings, defaults.SaslMechanisms),
            SaslMessageBytesMax = settings.Number("Kafka:SaslMessageBytesMax", defaults.SaslMessageBytesMax, 512, 1_048_576),
            AuthenticateMs = settings.Number("Kafka:AuthenticateMs", defaults.AuthenticateMs, 100, int.MaxValue),
            ReauthenticateMs = settings.Number("Kafka:ReauthenticateMs", defaults.ReauthenticateMs, 0, int.MaxValue),
            FailedAuthenticationDelayMs = settings.Number("Kafka:FailedAuthenticationDelayMs", defaults.FailedAuthenticationDelayMs, 0, 60_000),
            PrincipalMapping = ReadMapping(settings),
            ConnectionsMax = settings.Number("Kafka:ConnectionsMax", defaults.ConnectionsMax, 1, int.MaxValue),
            ConnectionsMaxPerAddress = settings.Number("Kafka:ConnectionsMaxPerAddress", defaults.ConnectionsMaxPerAddress, 1, int.MaxValue),
        };
        if (options.Security.HasTls() && tls.CertificatePath is null)
        {
            throw SettingsReader.Refuse("Kafka:Security", options.Security.ToString(), "it needs StreamCoord:Tls:CertificatePath, what the silo proves itself with");
        }
        return options;
    }

    /// <summary><c>Kafka:SaslUsers</c>: users that are there from the start, with their passwords.</summary>
    public static IReadOnlyDictionary<string, string> ReadUsers(SettingsReader settings)
    {
        const string Key = "Kafka:SaslUsers";
        var users = new Dictionary<string, string>();
        foreach (string entry in Split(settings.Text(Key, accepted: UsersAccepted) ?? ""))
        {
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            bool isWhole = colon > 0 && colon < entry.Length - 1;
            string? user = isWhole ? SaslPrep.TryPrepare(entry[..colon]) : null;
            string? password = isWhole ? SaslPrep.TryPrepare(entry[(colon + 1)..]) : null;
            if (user is null || password is null || !users.TryAdd(user, entry[(colon + 1)..]))
            {
                // The value is not repeated: it holds passwords.
                throw SettingsReader.Refuse(Key, "…", $"it takes {UsersAccepted}; each user once");
            }
        }
        return users;
    }

    private static List<string> Split(string text)
    {
        List<string> entries = [];
        var entry = new System.Text.StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                entry.Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                entries.Add(entry.ToString());
                entry.Clear();
            }
            else
            {
                entry.Append(text[i]);
            }
        }
        return entry.Length == 0 && entries.Count == 0 ? [] : [.. entries, entry.ToString()];
    }

    private static SaslMechanism[] ReadMechanisms(SettingsReader settings, IReadOnlyList<SaslMechanism> byDefault)
    {
        const string Key = "Kafka:SaslMechanisms";
        string all = string.Join(',', byDefault.Select(mechanism => mechanism.Name()));
        string text = settings.Text(Key, all, $"some of {all}")!;
        SaslMechanism?[] mechanisms = [.. text.Split(',').Select(name => SaslMechanisms.Find(name.Trim()))];
        return mechanisms.Contains(null) ? throw SettingsReader.Refuse(Key, text, $"it takes some of {all}, separated by commas") : [.. mechanisms.Select(one => one!.Value).Distinct()];
    }

    private static PrincipalMapping ReadMapping(SettingsReader settings)
    {
        const string Key = "Kafka:PrincipalMappingRules";
        string rules = settings.Text(Key, "DEFAULT", "DEFAULT, or RULE:pattern/replacement/ with L or U behind it, separated by commas")!;
        return PrincipalMapping.TryParse(rules, out PrincipalMapping mapping) is { } problem ? throw SettingsReader.Refuse(Key, rules, $"it cannot be read: {problem}") : mapping;
    }
}
