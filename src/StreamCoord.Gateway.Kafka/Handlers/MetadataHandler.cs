using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using ResponseTopic = StreamCoord.Protocol.Kafka.Messages.MetadataResponse.MetadataResponseTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells a client which brokers there are and which topics, and creates a topic that is asked for by name where that is allowed.</summary>
internal sealed class MetadataHandler(IGrainFactory grains, ClusterIdentity identity, KafkaListener listener) : ApiHandler<MetadataRequest, MetadataResponse>
{
    /// <inheritdoc/>
    protected override async Task<MetadataResponse> HandleAsync(MetadataRequest request, KafkaRequestContext context)
    {
        bool isAll = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        ResponseTopic[] topics = isAll
            ? [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.Access.AllowsTopic(AclOperation.Describe, topic.Name)).Select(Describe)]
            : await Task.WhenAll(request.Topics!.Select(topic => FindAsync(topic, context.Version < 4 || request.AllowAutoTopicCreation, context.Access)));
        if (request.IncludeTopicAuthorizedOperations)
        {
            foreach (ResponseTopic topic in topics.Where(topic => topic.ErrorCode == 0))
            {
                topic.TopicAuthorizedOperations = context.Access.Operations(AclResourceType.Topic, topic.Name!);
            }
        }
        return new MetadataResponse
        {
            Brokers =
            [
                new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = listener.NodeId.Value,
                    Host = listener.Host,
                    Port = listener.Port,
                    Rack = listener.Rack,
                },
            ],
            ClusterId = identity.ClusterId,
            ControllerId = listener.NodeId.Value,
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? context.Access.ClusterOperations() : int.MinValue,
            Topics = topics,
        };
    }

    private async Task<ResponseTopic> FindAsync(MetadataRequest.MetadataRequestTopic wanted, bool mayCreate, IAccess access)
    {
        if (wanted.Name is not { } name)
        {
            TopicDescription? known = (await TopicCatalogue.ListAsync(grains)).FirstOrDefault(topic => topic.TopicId.Value == wanted.TopicId);
            return known is null ? Refuse(null, wanted.TopicId, ErrorCode.UnknownTopicId)
                : access.AllowsTopic(AclOperation.Describe, known.Name) ? Describe(known) : Refuse(null, wanted.TopicId, ErrorCode.TopicAuthorizationFailed);
        }
        if (TopicName.Check(name) is not null)
        {
            return Refuse(name, default, ErrorCode.InvalidTopicException);
        }
        if (!access.AllowsTopic(AclOperation.Describe, name))
        {
            return Refuse(name, default, ErrorCode.TopicAuthorizationFailed);
        }
        ITopicGrain topic = grains.GetGrain<ITopicGrain>(name);
        bool mayMake = access.AllowsCluster(AclOperation.Create) || access.AllowsTopic(AclOperation.Create, name);
        TopicReply reply = mayCreate && mayMake ? await topic.DescribeOrCreate() : await topic.Describe();
        if (reply.Error == ErrorCode.UnknownTopicOrPartition && mayCreate && !mayMake)
        {
            return Refuse(name, default, ErrorCode.TopicAuthorizationFailed);
        }
        return reply.Topic is null ? Refuse(name, default, reply.Error) : Describe(reply.Topic);
    }

    private static ResponseTopic Refuse(string? name, Guid topicId, ErrorCode error) => new()
    {
        Name = name,
        TopicId = topicId,
        ErrorCode = (short)error,
    };

    private static ResponseTopic Describe(TopicDescription topic) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId.Value,
        IsInternal = TopicName.IsInternal(topic.Name),
        Partitions = [.. topic.Partitions.Select(Describe)],
    };

    private static MetadataResponse.MetadataResponsePartition Describe(PartitionAssignment partition) => new()
    {
        PartitionIndex = partition.Partition,
        LeaderId = partition.Leader.Value,
        ReplicaNodes = [.. partition.Replicas.Select(node => node.Value)],
        IsrNodes = [.. partition.InSyncReplicas.Select(node => node.Value)],
    };
}
