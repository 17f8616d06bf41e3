using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>The questions that resources ask about who calls. Without access control every answer is yes.</summary>
internal static class HttpCallers
{
    /// <summary>Whether the caller may do something with a topic.</summary>
    public static bool AllowsTopic(this HttpContext context, AclOperation operation, string topic) =>
        context.Features.Get<HttpCaller>() is not { } caller || caller.Allows(operation, AclResourceType.Topic, topic);

    /// <summary>Whether the caller may create a topic.</summary>
    public static bool MayCreate(this HttpContext context, string topic) => context.Features.Get<HttpCaller>() is not { } caller
        || caller.Allows(AclOperation.Create, AclResourceType.Cluster, AclPattern.ClusterName) || caller.Allows(AclOperation.Create, AclResourceType.Topic, topic);

    /// <summary>Refuses a caller who may not create a topic.</summary>
    public static void RequireCreation(this HttpContext context, string topic)
    {
        if (!context.MayCreate(topic))
        {
            throw context.Features.Get<HttpCaller>()!.Refuse(ErrorCode.TopicAuthorizationFailed, $"topic '{topic}'");
        }
    }

    /// <summary>Refuses a caller who may not do something with a topic.</summary>
    public static void RequireTopic(this HttpContext context, AclOperation operation, string topic) => context.Require(operation, AclResourceType.Topic, topic, ErrorCode.TopicAuthorizationFailed, $"topic '{topic}'");

    /// <summary>Whether the caller may do something with a group.</summary>
    public static bool AllowsGroup(this HttpContext context, AclOperation operation, string group) =>
        context.Features.Get<HttpCaller>() is not { } caller || caller.Allows(operation, AclResourceType.Group, group);

    /// <summary>Refuses a caller who may not do something with a group.</summary>
    public static void RequireGroup(this HttpContext context, AclOperation operation, string group) => context.Require(operation, AclResourceType.Group, group, ErrorCode.GroupAuthorizationFailed, $"the group '{group}'");

    /// <summary>Whether the caller may do something with the cluster.</summary>
    public static bool AllowsCluster(this HttpContext context, AclOperation operation) =>
        context.Features.Get<HttpCaller>() is not { } caller || caller.Allows(operation, AclResourceType.Cluster, AclPattern.ClusterName);

    /// <summary>Refuses a caller who may not do something with the cluster.</summary>
    public static void RequireCluster(this HttpContext context, AclOperation operation) =>
        context.Require(operation, AclResourceType.Cluster, AclPattern.ClusterName, ErrorCode.ClusterAuthorizationFailed, "the cluster");

    /// <summary>Who calls; null without access control.</summary>
    public static Principal? Caller(this HttpContext context) => context.Features.Get<HttpCaller>()?.Principal;

    /// <summary>What the caller may see and read of topics, then and later, outside of the request.</summary>
    public static Func<string, bool> TopicReading(this HttpContext context)
    {
        HttpCaller? caller = context.Features.Get<HttpCaller>();
        return topic => caller?.Allows(AclOperation.Read, AclResourceType.Topic, topic) ?? true;
    }

    private static void Require(this HttpContext context, AclOperation operation, AclResourceType type, string name, ErrorCode code, string what)
    {
        if (context.Features.Get<HttpCaller>() is { } caller && !caller.Allows(operation, type, name))
        {
            throw caller.Refuse(code, what);
        }
    }
}
