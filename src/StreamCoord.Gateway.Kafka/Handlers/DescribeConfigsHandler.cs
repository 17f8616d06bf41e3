using System.Globalization;
using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using ConfigAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsResponse.DescribeConfigsResourceResult;
using ResourceAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsResponse.DescribeConfigsResult;
using Synonym = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsResponse.DescribeConfigsSynonym;
using WantedResource = StreamCoord.Protocol.Kafka.Messages.DescribeConfigsRequest.DescribeConfigsResource;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells the configurations of topics, of groups and of this broker.</summary>
internal sealed class DescribeConfigsHandler(IGrainFactory grains, KafkaListener listener, BrokerConfigs broker, GroupConfigs groupConfigs)
    : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DescribeConfigsResponse> HandleAsync(DescribeConfigsRequest request, KafkaRequestContext context) => new()
    {
        Results = await Task.WhenAll(request.Resources.Select(resource => ConfigAlteration.Refusal(context.Access, AclOperation.DescribeConfigs, resource.ResourceType, resource.ResourceName) is { } refusal
            ? Task.FromResult(Refuse(resource, refusal.Error, refusal.Message!))
            : DescribeAsync(resource, request))),
    };

    private async Task<ResourceAnswer> DescribeAsync(WantedResource wanted, DescribeConfigsRequest request)
    {
        switch ((ConfigResourceType)wanted.ResourceType)
        {
            case ConfigResourceType.Topic:
                TopicReply reply = await TopicLookup.FindAsync(grains, wanted.ResourceName);
                return reply.Topic is { } topic
                    ? Answer(wanted, TopicConfigs.All.Select(definition => Describe(definition, topic, request)))
                    : Refuse(wanted, reply.Error, reply.Message!);
            case ConfigResourceType.Group when wanted.ResourceName.Length == 0:
                return Refuse(wanted, ErrorCode.InvalidRequest, "A group has a name.");
            case ConfigResourceType.Group:
                GroupConfigReply group = await grains.GetGrain<IGroupConfigGrain>(wanted.ResourceName).Describe();
                return group.Error == ErrorCode.None
                    ? Answer(wanted, groupConfigs.All.Select(definition => Describe(definition, group.Configs.GetValueOrDefault(definition.Name), ConfigSource.Group, isReadOnly: false, request)))
                    : Refuse(wanted, group.Error, group.Message!);
            case ConfigResourceType.Broker when wanted.ResourceName.Length == 0:
                // The name of what all brokers share by configurations that can be changed while they run: there are none.
                return Answer(wanted, []);
            case ConfigResourceType.Broker when wanted.ResourceName == listener.NodeId.ToString():
                return Answer(wanted, broker.All.Select(config => Describe(config, request)));
            case ConfigResourceType.Broker:
                return Refuse(wanted, ErrorCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"This is broker {listener.NodeId}; '{wanted.ResourceName}' is not."));
            default:
                return Refuse(wanted, ErrorCode.InvalidRequest, $"There are no configurations of resources of type {wanted.ResourceType}: topics ({(sbyte)ConfigResourceType.Topic}), brokers ({(sbyte)ConfigResourceType.Broker}) and groups ({(sbyte)ConfigResourceType.Group}) have some.");
        }
    }

    private static ResourceAnswer Answer(WantedResource wanted, IEnumerable<ConfigAnswer> configs) => new()
    {
        ResourceType = wanted.ResourceType,
        ResourceName = wanted.ResourceName,
        Configs = [.. configs.Where(config => wanted.ConfigurationKeys is null or [] || wanted.ConfigurationKeys.Contains(config.Name))],
    };

    private static ResourceAnswer Refuse(WantedResource wanted, ErrorCode error, string message) => new()
    {
        ErrorCode = (short)error,
        ErrorMessage = message,
        ResourceType = wanted.ResourceType,
        ResourceName = wanted.ResourceName,
    };

    private static ConfigAnswer Describe(TopicConfigDefinition definition, TopicDescription topic, DescribeConfigsRequest request) =>
        Describe(definition, topic.Configs.GetValueOrDefault(definition.Name), ConfigSource.Topic, TopicName.IsInternal(topic.Name), request);

    private static ConfigAnswer Describe(TopicConfigDefinition definition, string? own, ConfigSource ownSource, bool isReadOnly, DescribeConfigsRequest request) => new()
    {
        Name = definition.Name,
        Value = own ?? definition.Default,
        ReadOnly = isReadOnly,
        ConfigSource = (sbyte)(own is null ? ConfigSource.Default : ownSource),
        Synonyms = request.IncludeSynonyms ? Synonyms(definition.Name, own, ownSource, definition.Default) : [],
        ConfigType = (sbyte)definition.Type,
        Documentation = request.IncludeDocumentation ? definition.Documentation : null,
    };

    private static ConfigAnswer Describe(BrokerConfig config, DescribeConfigsRequest request) => new()
    {
        Name = config.Name,
        Value = config.Value,
        ReadOnly = true,
        ConfigSource = (sbyte)(config.IsDefault ? ConfigSource.Default : ConfigSource.StaticBroker),
        Synonyms = request.IncludeSynonyms
            ? Synonyms(config.Name, config.IsDefault ? null : config.Value, ConfigSource.StaticBroker, config.Default)
            : [],
        ConfigType = (sbyte)config.Type,
        Documentation = request.IncludeDocumentation ? config.Documentation : null,
    };

    // What the value is and, behind it, what it would be if that were taken away.
    private static Synonym[] Synonyms(string name, string? own, ConfigSource ownSource, string? @default)
    {
        (string? Value, ConfigSource Source)[] values = [(own, ownSource), (@default, ConfigSource.Default)];
        return
        [
            .. values.Where(one => one.Value is not null).Select(one => new Synonym
            {
                Name = name,
                Value = one.Value,
                Source = (sbyte)one.Source,
            }),
        ];
    }
}
