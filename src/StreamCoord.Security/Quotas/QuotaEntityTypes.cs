namespace StreamCoord.Security;

/// <summary>What clients call the parts of a <see cref="QuotaEntity"/>.</summary>
public static class QuotaEntityTypes
{
    /// <summary>Users.</summary>
    public const string User = "user";

    /// <summary>What clients call themselves.</summary>
    public const string ClientId = "client-id";

    /// <summary>Addresses.</summary>
    public const string Ip = "ip";
}
