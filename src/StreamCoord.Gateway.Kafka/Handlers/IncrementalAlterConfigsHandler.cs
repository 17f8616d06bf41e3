using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using WantedChange = StreamCoord.Protocol.Kafka.Messages.IncrementalAlterConfigsRequest.AlterableConfig;
using WantedResource = StreamCoord.Protocol.Kafka.Messages.IncrementalAlterConfigsRequest.AlterConfigsResource;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Changes single configurations of topics and groups, and words of those that are lists (KIP-339).</summary>
internal sealed class IncrementalAlterConfigsHandler(IGrainFactory grains) : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    /// <inheritdoc/>
    protected override async Task<IncrementalAlterConfigsResponse> HandleAsync(IncrementalAlterConfigsRequest request, KafkaRequestContext context)
    {
        return new IncrementalAlterConfigsResponse
        {
            Responses = await Task.WhenAll(request.Resources.GroupBy(one => (one.ResourceType, one.ResourceName)).Select(async same =>
            {
                TopicReply reply = ConfigAlteration.Refusal(context.Access, AclOperation.AlterConfigs, same.Key.ResourceType, same.Key.ResourceName)
                    ?? (same.Count() == 1 ? await AlterAsync(same.First(), request.ValidateOnly) : ConfigAlteration.Ambiguous);
                return new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
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
        return wanted.Configs.Select(Check).FirstOrDefault(problem => problem is not null) is { } illegal
            ? Task.FromResult(TopicReply.Refused(ErrorCode.InvalidRequest, illegal))
            : ConfigAlteration.AlterAsync(grains, wanted.ResourceType, wanted.ResourceName, [.. wanted.Configs.Select(Translate)], validateOnly);
    }

    private static string? Check(WantedChange change) => change.ConfigOperation switch
    {
        Delete => null,
        Set or Append or Subtract => change.Value is null ? $"'{change.Name}' has no value. What is to have its default is deleted." : null,
        _ => $"There is no operation {change.ConfigOperation}, which '{change.Name}' is to have.",
    };

    private static ConfigChange Translate(WantedChange change) => change.ConfigOperation switch
    {
        Delete => new ConfigChange(change.Name, null),
        Append => new ConfigChange(change.Name, change.Value, ConfigOperation.Append),
        Subtract => new ConfigChange(change.Name, change.Value, ConfigOperation.Subtract),
        _ => new ConfigChange(change.Name, change.Value),
    };
}
