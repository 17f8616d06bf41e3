using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.CreateTopicsResponse.CreatableTopicResult;
using WantedTopic = StreamCoord.Protocol.Kafka.Messages.CreateTopicsRequest.CreatableTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Creates topics.</summary>
internal sealed class CreateTopicsHandler(IGrainFactory grains) : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    private const short FirstStrictVersion = 6;
    private const sbyte DefaultSource = 5;
    private const sbyte TopicSource = 1;

    /// <inheritdoc/>
    protected override async Task<CreateTopicsResponse> HandleAsync(CreateTopicsRequest request, KafkaRequestContext context)
    {
        HashSet<string> twice = [.. request.Topics.GroupBy(topic => topic.Name).Where(same => same.Count() > 1).Select(same => same.Key)];
        return new CreateTopicsResponse
        {
            Topics = await Task.WhenAll(request.Topics.DistinctBy(topic => topic.Name).Select(topic => twice.Contains(topic.Name)
                ? Task.FromResult(Refuse(topic.Name, ErrorCode.InvalidRequest, "The request names the topic more than once."))
                : CreateAsync(topic, request.ValidateOnly, context))),
        };
    }

    private async Task<TopicAnswer> CreateAsync(WantedTopic wanted, bool validateOnly, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Create) && !context.Access.AllowsTopic(AclOperation.Create, wanted.Name))
        {
            return Refuse(wanted.Name, ErrorCode.TopicAuthorizationFailed, Access.Refusal);
        }
        if ((TopicName.Check(wanted.Name) ?? CheckInternal(wanted.Name)) is { } illegal)
        {
            return Refuse(wanted.Name, ErrorCode.InvalidTopicException, illegal);
        }
        if (CheckAssignments(wanted) is var (error, impossible))
        {
            return Refuse(wanted.Name, error, impossible);
        }
        var configs = new Dictionary<string, string>();
        foreach (CreateTopicsRequest.CreatableTopicConfig config in wanted.Configs)
        {
            if (config.Value is null || !configs.TryAdd(config.Name, config.Value))
            {
                return Refuse(wanted.Name, ErrorCode.InvalidConfig, $"{config.Name} has no value, or more than one.");
            }
        }
        int? partitions = wanted.Assignments.Count > 0 ? wanted.Assignments.Count : wanted.NumPartitions == -1 ? null : wanted.NumPartitions;
        if (!validateOnly && !context.Throttle.TryMutate(partitions ?? 1, context.Version >= FirstStrictVersion))
        {
            return Refuse(wanted.Name, ErrorCode.ThrottlingQuotaExceeded, Mutations.Message);
        }
        short? factor = wanted.Assignments.Count > 0 || wanted.ReplicationFactor == -1 ? null : wanted.ReplicationFactor;
        var creation = new CreateTopicRequest(partitions, factor, configs, validateOnly) { Assignments = Assignments(wanted) };
        TopicReply reply = await TopicLookup.ChangeAsync(() => grains.GetGrain<ITopicGrain>(wanted.Name).Create(creation));
        return reply.Topic is { } topic ? Describe(topic, context.Access) : Refuse(wanted.Name, reply.Error, reply.Message!);
    }

    private static string? CheckInternal(string name) =>
        TopicName.IsInternal(name) ? $"Names that begin with '{TopicName.InternalPrefix}' are those of topics that the service keeps for itself." : null;

    // Which brokers there are the topic knows.
    private static (ErrorCode Error, string Message)? CheckAssignments(WantedTopic wanted)
    {
        if (wanted.Assignments.Count == 0)
        {
            return null;
        }
        if (wanted.NumPartitions != -1 || wanted.ReplicationFactor != -1)
        {
            return (ErrorCode.InvalidRequest, "Where replicas are assigned by hand, the number of partitions and the replication factor are -1.");
        }
        return wanted.Assignments.Select(one => one.PartitionIndex).Order().SequenceEqual(Enumerable.Range(0, wanted.Assignments.Count))
            ? null
            : (ErrorCode.InvalidReplicaAssignment, "Replicas are assigned to every partition from 0 on, once.");
    }

    private static NodeId[][]? Assignments(WantedTopic wanted) => wanted.Assignments.Count == 0
        ? null
        : [.. wanted.Assignments.OrderBy(one => one.PartitionIndex).Select(one => one.BrokerIds.Select(id => new NodeId(id)).ToArray())];

    private static TopicAnswer Refuse(string name, ErrorCode error, string message) => new()
    {
        Name = name,
        ErrorCode = (short)error,
        ErrorMessage = message,
        Configs = null,
    };

    private static TopicAnswer Describe(TopicDescription topic, IAccess access) => !access.AllowsTopic(AclOperation.DescribeConfigs, topic.Name)
        ? new TopicAnswer
        {
            Name = topic.Name,
            TopicId = topic.TopicId.Value,
            TopicConfigErrorCode = (short)ErrorCode.TopicAuthorizationFailed,
            Configs = null,
        }
        : Describe(topic);

    private static TopicAnswer Describe(TopicDescription topic) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId.Value,
        NumPartitions = topic.Partitions.Count,
        ReplicationFactor = topic.ReplicationFactor,
        Configs =
        [
            .. TopicConfigs.All.Select(definition => new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = definition.Name,
                Value = topic.Configs.GetValueOrDefault(definition.Name) ?? definition.Default,
                ConfigSource = topic.Configs.ContainsKey(definition.Name) ? TopicSource : DefaultSource,
            }),
        ],
    };
}
