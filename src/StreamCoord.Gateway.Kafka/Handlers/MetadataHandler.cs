using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using ResponseTopic = StreamCoord.Protocol.Kafka.Messages.MetadataResponse.MetadataResponseTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells a client which brokers there are and which topics, and creates a topic that is asked for by name where that is allowed.</summary>
internal sealed class MetadataHandler(IGrainFactory grains, ClusterIdentity identity, IBrokers brokers, HeardTopics heard, TopicIdLookup ids) : ApiHandler<MetadataRequest, MetadataResponse>
{
    private const short FirstVersionWithAutoCreation = 4;

    /// <inheritdoc/>
    protected override async Task<MetadataResponse> HandleAsync(MetadataRequest request, KafkaRequestContext context)
    {
        bool isAll = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        ResponseTopic[] topics = isAll
            ? await ListAsync(context)
            : await Task.WhenAll(request.Topics!.Select(topic => FindAsync(topic, context.Version < FirstVersionWithAutoCreation || request.AllowAutoTopicCreation, context)));
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
                .. brokers.Alive.Select(broker => new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = broker.NodeId.Value,
                    Host = broker.Host,
                    Port = broker.Port,
                    Rack = broker.Rack,
                }),
            ],
            ClusterId = identity.ClusterId,
            ControllerId = (brokers.Controller ?? identity.NodeId).Value,
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? context.Access.ClusterOperations() : int.MinValue,
            Topics = topics,
        };
    }

    private async Task<ResponseTopic[]> ListAsync(KafkaRequestContext context)
    {
        ResponseTopic[] topics = await Task.WhenAll((await heard.ListAsync(() => grains.GetGrain<ITopicCatalogueGrain>(0).List())).Order(StringComparer.Ordinal)
            .Where(name => context.Access.AllowsTopic(AclOperation.Describe, name))
            .Select(async name => Answer(name, await heard.FindAsync(name, () => TopicLookup.FindAsync(grains, name)), context)));
        return [.. topics.Where(topic => topic.ErrorCode is (short)ErrorCode.None or (short)ErrorCode.LeaderNotAvailable)];
    }

    private async Task<ResponseTopic> FindAsync(MetadataRequest.MetadataRequestTopic wanted, bool mayCreate, KafkaRequestContext context)
    {
        IAccess access = context.Access;
        if (wanted.Name is not { } name)
        {
            return await FindAsync(wanted.TopicId, context);
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
        TopicReply reply = await heard.FindAsync(name, () => TopicLookup.ReadAsync(() => mayCreate && mayMake ? topic.DescribeOrCreate() : topic.Describe()));
        if (reply.Error == ErrorCode.UnknownTopicOrPartition && mayCreate && !mayMake)
        {
            return Refuse(name, default, ErrorCode.TopicAuthorizationFailed);
        }
        return Answer(name, reply, context);
    }

    private async Task<ResponseTopic> FindAsync(Guid topicId, KafkaRequestContext context)
    {
        if (!(await ids.FindNamesAsync([topicId])).TryGetValue(topicId, out string? name))
        {
            return Refuse(null, topicId, ErrorCode.UnknownTopicId);
        }
        if (!context.Access.AllowsTopic(AclOperation.Describe, name))
        {
            return Refuse(null, topicId, ErrorCode.TopicAuthorizationFailed);
        }
        TopicReply reply = await heard.FindAsync(name, () => TopicLookup.FindAsync(grains, name));
        return reply.Topic is { } topic && topic.TopicId.Value == topicId ? Describe(topic, context) : Refuse(null, topicId, ErrorCode.UnknownTopicId);
    }

    private ResponseTopic Answer(string name, TopicReply reply, KafkaRequestContext context) => reply.Topic is { } topic ? Describe(topic, context) : Refuse(name, default, reply.Error);

    private static ResponseTopic Refuse(string? name, Guid topicId, ErrorCode error) => new()
    {
        Name = name,
        TopicId = topicId,
        ErrorCode = (short)error,
    };

    private ResponseTopic Describe(TopicDescription topic, KafkaRequestContext context) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId.Value,
        IsInternal = TopicName.IsInternal(topic.Name),
        Partitions = [.. topic.Partitions.Select(partition => Describe(partition.Partition, PartitionView.Of(partition, brokers, hidesOffline: context.Version == 0)))],
    };

    private static MetadataResponse.MetadataResponsePartition Describe(int partition, PartitionView view) => new()
    {
        PartitionIndex = partition,
        ErrorCode = (short)view.Error,
        LeaderId = view.LeaderId,
        LeaderEpoch = view.LeaderEpoch,
        ReplicaNodes = view.Replicas,
        IsrNodes = view.InSync,
        OfflineReplicas = view.Offline,
    };
}
