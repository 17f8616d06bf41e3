using System.Globalization;
using StreamCoord.Security;

namespace StreamCoord.Grains.Security;

/// <summary>What the texts of an <see cref="EntityConfigNode"/> mean. Pure.</summary>
internal static class EntityConfigs
{
    public static UserCredentials? Credentials(IReadOnlyDictionary<string, string> config)
    {
        var credentials = new UserCredentials(Read(SaslMechanism.ScramSha256), Read(SaslMechanism.ScramSha512));
        return credentials.All.Any() ? credentials : null;

        ScramCredential? Read(SaslMechanism mechanism) => config.TryGetValue(mechanism.Name(), out string? text) ? ScramCredential.TryParse(mechanism, text) : null;
    }

    public static IReadOnlyDictionary<QuotaKind, double> Limits(IReadOnlyDictionary<string, string> config)
    {
        var limits = new Dictionary<QuotaKind, double>();
        foreach ((string name, string text) in config)
        {
            if (QuotaKinds.Find(name) is { } kind && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && kind.Check(limit) is null)
            {
                limits[kind] = limit;
            }
        }
        return limits;
    }

    /// <summary>A limit as Kafka writes it.</summary>
    public static string Write(double limit) => limit.ToString("R", CultureInfo.InvariantCulture);
}
