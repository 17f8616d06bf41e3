using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using Resource = StreamCoord.Protocol.Kafka.Messages.ListConfigResourcesResponse.ConfigResource;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists what has configurations: topics, brokers, and the groups for which something is set. Version 0 asks for subscriptions to metrics of clients alone, of which there are none.</summary>
internal sealed class ListConfigResourcesHandler(IGrainFactory grains, IBrokers brokers) : ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>
{
    /// <inheritdoc/>
    protected override async Task<ListConfigResourcesResponse> HandleAsync(ListConfigResourcesRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.DescribeConfigs))
        {
            return new ListConfigResourcesResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        ConfigResourceType[] types = context.Version == 0
            ? [ConfigResourceType.ClientMetrics]
            : request.ResourceTypes.Count == 0 ? Enum.GetValues<ConfigResourceType>() : [.. request.ResourceTypes.Distinct().Select(type => (ConfigResourceType)type)];
        if (!types.All(Enum.IsDefined))
        {
            return new ListConfigResourcesResponse { ErrorCode = (short)ErrorCode.UnsupportedVersion };
        }
        List<Resource> resources = [];
        if (types.Contains(ConfigResourceType.Topic))
        {
            resources.AddRange((await TopicCatalogue.ListAsync(grains)).Select(topic => Describe(ConfigResourceType.Topic, topic.Name)));
        }
        if (types.Contains(ConfigResourceType.Broker))
        {
            resources.AddRange(brokers.Alive.Select(broker => Describe(ConfigResourceType.Broker, broker.NodeId.ToString())));
        }
        if (types.Contains(ConfigResourceType.Group))
        {
            resources.AddRange((await grains.GetGrain<IGroupCatalogueGrain>(0).ListConfigured()).Select(group => Describe(ConfigResourceType.Group, group)));
        }
        return new ListConfigResourcesResponse { ConfigResources = resources };
    }

    private static Resource Describe(ConfigResourceType type, string name) => new()
    {
        ResourceType = (sbyte)type,
        ResourceName = name,
    };
}
