using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>The questions that handlers ask.</summary>
internal static class Access
{
    /// <summary>What a client is told about why, where there is a place for it.</summary>
    public const string Refusal = "Access control lists do not allow it.";

    /// <summary>Whether a client may do something with a topic; else it is answered <see cref="ErrorCode.TopicAuthorizationFailed"/>.</summary>
    public static bool AllowsTopic(this IAccess access, AclOperation operation, string name) => access.Allows(operation, AclResourceType.Topic, name);

    /// <summary>Whether a client may do something with a group; else it is answered <see cref="ErrorCode.GroupAuthorizationFailed"/>.</summary>
    public static bool AllowsGroup(this IAccess access, AclOperation operation, string name) => access.Allows(operation, AclResourceType.Group, name);

    /// <summary>Whether a client may do something with a transactional id; else it is answered <see cref="ErrorCode.TransactionalIdAuthorizationFailed"/>.</summary>
    public static bool AllowsTransactionalId(this IAccess access, AclOperation operation, string name) => access.Allows(operation, AclResourceType.TransactionalId, name);

    /// <summary>Whether a client may do something with the cluster; else it is answered <see cref="ErrorCode.ClusterAuthorizationFailed"/>.</summary>
    public static bool AllowsCluster(this IAccess access, AclOperation operation) => access.Allows(operation, AclResourceType.Cluster, AclPattern.ClusterName);

    /// <summary>The error for a name of a group that a client may not do something with, or that no group can have; null for every other.</summary>
    public static ErrorCode? CheckGroup(this IAccess access, AclOperation operation, string groupId) =>
        Handlers.GroupIds.Check(groupId) ?? (access.AllowsGroup(operation, groupId) ? null : ErrorCode.GroupAuthorizationFailed);

    /// <summary>What a client may do with a resource, in bits (KIP-430).</summary>
    public static int Operations(this IAccess access, AclResourceType type, string name) => Authorizer.Operations(operation => access.Allows(operation, type, name), type);

    /// <summary>The same of the cluster; nothing when the client may not even see it.</summary>
    public static int ClusterOperations(this IAccess access) => access.AllowsCluster(AclOperation.Describe) ? access.Operations(AclResourceType.Cluster, AclPattern.ClusterName) : 0;
}
