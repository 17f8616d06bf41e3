using StreamCoord.Gateway.Kafka;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Security;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="KafkaGatewayOptions"/>, which say what each of them means.</summary>
internal static class KafkaSettings
{
    public static KafkaGatewayOptions Read(SettingsReader settings, TlsSettings tls)
    {
        var defaults = new KafkaGatewayOptions();
        var options = new KafkaGatewayOptions
        {
            RequestBytesMax = settings.Number("Kafka:RequestBytesMax", defaults.RequestBytesMax, 1_024, 1_073_741_824),
            FetchBytesMax = settings.Number("Kafka:FetchBytesMax", defaults.FetchBytesMax, 1_024, 1_073_741_824),
            IdleMs = settings.Number("Kafka:IdleMs", defaults.IdleMs, 1_000, int.MaxValue),
            FetchSessionsMax = settings.Number("Kafka:FetchSessionsMax", defaults.FetchSessionsMax, 0, 1_000_000),
            FetchSessionPartitionsMax = settings.Number("Kafka:FetchSessionPartitionsMax", defaults.FetchSessionPartitionsMax, 0, 100_000_000),
            ReplicaSelector = settings.Choice("Kafka:ReplicaSelector", defaults.ReplicaSelector),
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
