namespace StreamCoord.Security;

/// <summary>Facts about each <see cref="SaslMechanism"/>.</summary>
public static class SaslMechanisms
{
    /// <summary>The name that clients and configurations use.</summary>
    public static string Name(this SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.Plain => "PLAIN",
        SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
        _ => "SCRAM-SHA-512",
    };

    /// <summary>The mechanism of a name; null when there is none.</summary>
    public static SaslMechanism? Find(string name) =>
        Enum.GetValues<SaslMechanism>().Select(mechanism => (SaslMechanism?)mechanism).FirstOrDefault(mechanism => mechanism!.Value.Name() == name);
}
