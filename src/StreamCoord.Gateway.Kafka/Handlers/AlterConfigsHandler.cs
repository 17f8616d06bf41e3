using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using WantedResource = StreamCoord.Protocol.Kafka.Messages.AlterConfigsRequest.AlterConfigsResource;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Replaces the whole set of a topic's or a group's configurations: what the request does not name goes back to its default.</summary>
internal sealed class AlterConfigsHandler(IGrainFactory grains, GroupConfigs groupConfigs) : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    /// <inheritdoc/>
    protected override async Task<AlterConfigsResponse> HandleAsync(AlterConfigsRequest request, KafkaRequestContext context)
    {
        return new AlterConfigsResponse
        {
            Responses = await Task.WhenAll(request.Resources.GroupBy(one => (one.ResourceType, one.ResourceName)).Select(async same =>
            {
                TopicReply reply = ConfigAlteration.Refusal(context.Access, AclOperation.AlterConfigs, same.Key.ResourceType, same.Key.ResourceName)
                    ?? (same.Count() == 1 ? await AlterAsync(same.First(), request.ValidateOnly) : ConfigAlteration.Ambiguous);
                return new AlterConfigsResponse.AlterConfigsResourceResponse
                {
                    ErrorCode = (short)reply.Error,
                    ErrorMessage = reply.Message,
                    ResourceType = same.Key.ResourceType,
                    ResourceName = same.Key.ResourceName,
                };
            })),
        };
    }

    private Task<TopicReply> AlterAsync(WantedResource wanted, bool validateOnly)
    {
        if (wanted.Configs.FirstOrDefault(config => config.Value is null) is { } empty)
        {
            return Task.FromResult(TopicReply.Refused(ErrorCode.InvalidConfig, $"'{empty.Name}' has no value. What is to have its default is left out."));
        }
        bool isGroup = (ConfigResourceType)wanted.ResourceType == ConfigResourceType.Group;
        HashSet<string> named = [.. wanted.Configs.Select(config => config.Name)];
        ConfigChange[] changes =
        [
            .. wanted.Configs.Select(config => new ConfigChange(config.Name, config.Value)),
            .. (isGroup ? groupConfigs.All : TopicConfigs.All).Where(definition => !named.Contains(definition.Name)).Select(definition => new ConfigChange(definition.Name, null)),
        ];
        return ConfigAlteration.AlterAsync(grains, wanted.ResourceType, wanted.ResourceName, changes, validateOnly);
    }
}
