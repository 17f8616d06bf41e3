using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>What the client of a connection may do. Safe for concurrent use.</summary>
internal interface IAccess
{
    /// <summary>Whether access control lists are looked at.</summary>
    bool IsLimited { get; }

    /// <summary>Whether it may do something with a resource.</summary>
    bool Allows(AclOperation operation, AclResourceType type, string name);

    /// <summary>Whether it may do something with some resource of a type.</summary>
    bool AllowsSomewhere(AclOperation operation, AclResourceType type);
}
