using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.DeleteTopicsResponse.DeletableTopicResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Deletes topics, by name or by id.</summary>
internal sealed class DeleteTopicsHandler(IGrainFactory grains) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    private const short FirstStrictVersion = 5;

    /// <inheritdoc/>
    protected override async Task<DeleteTopicsResponse> HandleAsync(DeleteTopicsRequest request, KafkaRequestContext context) => new()
    {
        Responses = context.Version < 6
            ? await Task.WhenAll(request.TopicNames.Distinct().Select(name => DeleteAsync(name, context)))
            : await Task.WhenAll(request.Topics.Select(topic => topic.Name is { } name ? DeleteAsync(name, context) : DeleteAsync(topic.TopicId, context))),
    };

    private async Task<TopicAnswer> DeleteAsync(Guid topicId, KafkaRequestContext context)
    {
        TopicDescription? topic = (await TopicCatalogue.ListAsync(grains)).FirstOrDefault(one => one.TopicId.Value == topicId);
        if (topic is not null && !context.Access.AllowsTopic(AclOperation.Describe, topic.Name))
        {
            // What a topic is called is for those alone who may see it.
            return new TopicAnswer
            {
                TopicId = topicId,
                ErrorCode = (short)ErrorCode.TopicAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            };
        }
        return topic is null
            ? new TopicAnswer
            {
                TopicId = topicId,
                ErrorCode = (short)ErrorCode.UnknownTopicId,
                ErrorMessage = "There is no topic with this id.",
            }
            : await DeleteAsync(topic.Name, context);
    }

    private async Task<TopicAnswer> DeleteAsync(string name, KafkaRequestContext context)
    {
        if (!context.Access.AllowsTopic(AclOperation.Delete, name))
        {
            return new TopicAnswer
            {
                Name = name,
                ErrorCode = (short)ErrorCode.TopicAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            };
        }
        TopicReply found = await TopicLookup.FindAsync(grains, name);
        TopicReply reply = TopicName.IsInternal(name)
            ? TopicReply.Refused(ErrorCode.InvalidTopicException, $"'{name}' is a topic that the service keeps for itself.")
            : found.Topic is not { } topic ? found
            : !context.Throttle.TryMutate(topic.Partitions.Count, context.Version >= FirstStrictVersion) ? Mutations.Exceeded : await grains.GetGrain<ITopicGrain>(name).Delete();
        return new TopicAnswer
        {
            Name = name,
            TopicId = found.Topic?.TopicId.Value ?? default,
            ErrorCode = (short)reply.Error,
            ErrorMessage = reply.Message,
        };
    }
}
