using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Topics;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.DeleteTopicsResponse.DeletableTopicResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Deletes topics, by name or by id.</summary>
internal sealed class DeleteTopicsHandler(IGrainFactory grains) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DeleteTopicsResponse> HandleAsync(DeleteTopicsRequest request, KafkaRequestContext context) => new()
    {
        Responses = context.Version < 6
            ? await Task.WhenAll(request.TopicNames.Distinct().Select(DeleteAsync))
            : await Task.WhenAll(request.Topics.Select(topic => topic.Name is { } name ? DeleteAsync(name) : DeleteAsync(topic.TopicId))),
    };

    private async Task<TopicAnswer> DeleteAsync(Guid topicId)
    {
        TopicDescription? topic = (await TopicCatalogue.ListAsync(grains)).FirstOrDefault(one => one.TopicId.Value == topicId);
        return topic is null
            ? new TopicAnswer
            {
                TopicId = topicId,
                ErrorCode = (short)ErrorCode.UnknownTopicId,
                ErrorMessage = "There is no topic with this id.",
            }
            : await DeleteAsync(topic.Name);
    }

    private async Task<TopicAnswer> DeleteAsync(string name)
    {
        TopicReply found = await TopicLookup.FindAsync(grains, name);
        TopicReply reply = TopicName.IsInternal(name)
            ? TopicReply.Refused(ErrorCode.InvalidTopicException, $"'{name}' is a topic that the service keeps for itself.")
            : found.Topic is null ? found : await grains.GetGrain<ITopicGrain>(name).Delete();
        return new TopicAnswer
        {
            Name = name,
            TopicId = found.Topic?.TopicId.Value ?? default,
            ErrorCode = (short)reply.Error,
            ErrorMessage = reply.Message,
        };
    }
}
