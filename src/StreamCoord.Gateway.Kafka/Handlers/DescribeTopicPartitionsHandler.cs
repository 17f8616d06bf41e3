using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
using RequestCursor = StreamCoord.Protocol.Kafka.Messages.DescribeTopicPartitionsRequest.CursorData;
using ResponseCursor = StreamCoord.Protocol.Kafka.Messages.DescribeTopicPartitionsResponse.Cursor;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Describes topics page by page, by name in ordinal order (KIP-966): a page has so many partitions and says where the next one begins.</summary>
internal sealed class DescribeTopicPartitionsHandler(IGrainFactory grains, IBrokers brokers, HeardTopics heard) : ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    /// <summary>The most partitions of a page, whatever is asked for: Kafka's <c>max.request.partition.size.limit</c>.</summary>
    private const int PartitionsMax = 2_000;

    /// <inheritdoc/>
    protected override async Task<DescribeTopicPartitionsResponse> HandleAsync(DescribeTopicPartitionsRequest request, KafkaRequestContext context)
    {
        RequestCursor cursor = request.Cursor ?? new RequestCursor();
        if (cursor.PartitionIndex < 0)
        {
            return new DescribeTopicPartitionsResponse
            {
                Topics = [.. request.Topics.Select(topic => Refuse(topic.Name, ErrorCode.InvalidRequest))],
            };
        }
        IEnumerable<(string Name, TopicReply Reply)> topics = await FindAsync(request.Topics, cursor.TopicName, context.Access);
        DescribeTopicPartitionsResponse page = Page(topics, cursor, Math.Clamp(request.ResponsePartitionLimit, 1, PartitionsMax));
        foreach (TopicAnswer topic in page.Topics.Where(topic => topic.ErrorCode == 0))
        {
            topic.TopicAuthorizedOperations = context.Access.Operations(AclResourceType.Topic, topic.Name!);
        }
        return page;
    }

    private async Task<IEnumerable<(string Name, TopicReply Reply)>> FindAsync(IReadOnlyList<DescribeTopicPartitionsRequest.TopicRequest> wanted, string from, IAccess access)
    {
        if (wanted.Count == 0)
        {
            return (await TopicCatalogue.ListAsync(grains)).Where(topic => string.CompareOrdinal(topic.Name, from) >= 0 && access.AllowsTopic(AclOperation.Describe, topic.Name)).Select(topic => (topic.Name, TopicReply.Done(topic)));
        }
        string[] names = [.. wanted.Select(topic => topic.Name).Distinct().Where(name => string.CompareOrdinal(name, from) >= 0).Order(StringComparer.Ordinal)];
        TopicReply[] replies = await Task.WhenAll(names.Select(name => access.AllowsTopic(AclOperation.Describe, name)
            ? heard.FindAsync(name, () => TopicLookup.FindAsync(grains, name))
            : Task.FromResult(TopicReply.Refused(ErrorCode.TopicAuthorizationFailed, Access.Refusal))));
        return names.Zip(replies);
    }

    private DescribeTopicPartitionsResponse Page(IEnumerable<(string Name, TopicReply Reply)> topics, RequestCursor cursor, int limit)
    {
        var page = new List<TopicAnswer>();
        int left = limit;
        foreach ((string name, TopicReply reply) in topics)
        {
            if (left == 0)
            {
                return Finish(page, name, 0);
            }
            if (reply.Topic is not { } topic)
            {
                page.Add(Refuse(name, reply.Error));
                continue;
            }
            int first = name == cursor.TopicName ? cursor.PartitionIndex : 0;
            PartitionAnswer[] partitions = [.. topic.Partitions.Skip(first).Take(left).Select(partition => Describe(partition.Partition, PartitionView.Of(partition, brokers)))];
            page.Add(Describe(topic, partitions));
            left -= partitions.Length;
            if (first + partitions.Length < topic.Partitions.Count)
            {
                return Finish(page, name, first + partitions.Length);
            }
        }
        return new DescribeTopicPartitionsResponse { Topics = page };
    }

    private static DescribeTopicPartitionsResponse Finish(IReadOnlyList<TopicAnswer> page, string nextTopic, int nextPartition) => new()
    {
        Topics = page,
        NextCursor = new ResponseCursor
        {
            TopicName = nextTopic,
            PartitionIndex = nextPartition,
        },
    };

    private static TopicAnswer Refuse(string name, ErrorCode error) => new()
    {
        ErrorCode = (short)error,
        Name = name,
    };

    private static TopicAnswer Describe(TopicDescription topic, PartitionAnswer[] partitions) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId.Value,
        IsInternal = TopicName.IsInternal(topic.Name),
        Partitions = partitions,
    };

    private static PartitionAnswer Describe(int partition, PartitionView view) => new()
    {
        PartitionIndex = partition,
        ErrorCode = (short)view.Error,
        LeaderId = view.LeaderId,
        LeaderEpoch = view.LeaderEpoch,
        ReplicaNodes = view.Replicas,
        IsrNodes = view.InSync,
        EligibleLeaderReplicas = [],
        LastKnownElr = [],
        OfflineReplicas = view.Offline,
    };
}
