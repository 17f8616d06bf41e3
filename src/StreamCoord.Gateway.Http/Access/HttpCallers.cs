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
}
