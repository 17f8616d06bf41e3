using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Groups;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>Changes the configurations of one resource for a client. Only topics and groups have any that can be changed.</summary>
internal static class ConfigAlteration
{
    /// <summary>What a resource is answered that a request names twice.</summary>
    public static TopicReply Ambiguous { get; } = TopicReply.Refused(ErrorCode.InvalidRequest, "The request names the resource more than once.");

    /// <summary>What a client is answered that may not do something with the configurations of a resource; null when it may. Those of brokers are the cluster's.</summary>
    public static TopicReply? Refusal(IAccess access, AclOperation operation, sbyte resourceType, string resourceName)
    {
        return (ConfigResourceType)resourceType switch
        {
            ConfigResourceType.Topic => access.AllowsTopic(operation, resourceName) ? null : TopicReply.Refused(ErrorCode.TopicAuthorizationFailed, Access.Refusal),
            ConfigResourceType.Group => access.AllowsGroup(operation, resourceName) ? null : TopicReply.Refused(ErrorCode.GroupAuthorizationFailed, Access.Refusal),
            _ => access.AllowsCluster(operation) ? null : TopicReply.Refused(ErrorCode.ClusterAuthorizationFailed, Access.Refusal),
        };
    }

    /// <summary>Carries out all changes or, when one of them is wrong, none.</summary>
    public static Task<TopicReply> AlterAsync(IGrainFactory grains, sbyte resourceType, string resourceName, IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        return (ConfigResourceType)resourceType switch
        {
            ConfigResourceType.Topic when TopicName.Check(resourceName) is { } illegal => Task.FromResult(TopicReply.Refused(ErrorCode.InvalidTopicException, illegal)),
            ConfigResourceType.Topic => grains.GetGrain<ITopicGrain>(resourceName).AlterConfigs(changes, validateOnly),
            ConfigResourceType.Group when resourceName.Length == 0 => Refuse("A group has a name."),
            ConfigResourceType.Group => AlterGroupAsync(grains.GetGrain<IGroupConfigGrain>(resourceName), changes, validateOnly),
            ConfigResourceType.Broker => Refuse("The configurations of a broker are options of its process: change them where it is started, and start it anew."),
            _ => Refuse($"There are no configurations of resources of type {resourceType} that could be changed: only topics ({(sbyte)ConfigResourceType.Topic}) and groups ({(sbyte)ConfigResourceType.Group}) have such."),
        };
    }

    private static async Task<TopicReply> AlterGroupAsync(IGroupConfigGrain group, IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        GroupConfigReply reply = await group.Alter(changes, validateOnly);
        return new TopicReply(reply.Error, reply.Message, null);
    }

    private static Task<TopicReply> Refuse(string message) => Task.FromResult(TopicReply.Refused(ErrorCode.InvalidRequest, message));
}
