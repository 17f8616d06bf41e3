using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using WantedTopic = StreamCoord.Protocol.Kafka.Messages.CreatePartitionsRequest.CreatePartitionsTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Gives topics more partitions.</summary>
internal sealed class CreatePartitionsHandler(IGrainFactory grains) : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    private const short FirstStrictVersion = 3;

    /// <inheritdoc/>
    protected override async Task<CreatePartitionsResponse> HandleAsync(CreatePartitionsRequest request, KafkaRequestContext context)
    {
        return new CreatePartitionsResponse
        {
            Results = await Task.WhenAll(request.Topics.GroupBy(topic => topic.Name).Select(async same =>
            {
                TopicReply reply = !context.Access.AllowsTopic(AclOperation.Alter, same.Key) ? TopicReply.Refused(ErrorCode.TopicAuthorizationFailed, Access.Refusal)
                    : same.Count() == 1 ? await GrowAsync(same.First(), request.ValidateOnly, context)
                    : TopicReply.Refused(ErrorCode.InvalidRequest, "The request names the topic more than once.");
                return new CreatePartitionsResponse.CreatePartitionsTopicResult
                {
                    Name = same.Key,
                    ErrorCode = (short)reply.Error,
                    ErrorMessage = reply.Message,
                };
            })),
        };
    }

    private async Task<TopicReply> GrowAsync(WantedTopic wanted, bool validateOnly, KafkaRequestContext context)
    {
        TopicReply found = await TopicLookup.FindAsync(grains, wanted.Name);
        if (found.Topic is not { } topic)
        {
            return found;
        }
        return wanted.Count > topic.Partitions.Count && !validateOnly && !context.Throttle.TryMutate(wanted.Count - topic.Partitions.Count, context.Version >= FirstStrictVersion)
            ? Mutations.Exceeded
            : await TopicLookup.ChangeAsync(() => grains.GetGrain<ITopicGrain>(wanted.Name).SetPartitionCount(wanted.Count, validateOnly, Assignments(wanted)));
    }

    private static NodeId[][]? Assignments(WantedTopic wanted) => wanted.Assignments is { } assignments
        ? [.. assignments.Select(one => one.BrokerIds.Select(id => new NodeId(id)).ToArray())]
        : null;
}
