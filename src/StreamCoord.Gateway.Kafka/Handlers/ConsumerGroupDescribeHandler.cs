using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Groups;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using Answer = StreamCoord.Protocol.Kafka.Messages.ConsumerGroupDescribeResponse;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Describes consumer groups with their members, and what those have and are to have. One of the classic type is not found.</summary>
internal sealed class ConsumerGroupDescribeHandler(IGrainFactory grains) : ApiHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
{
    private const sbyte ClassicMember = 0;
    private const sbyte ConsumerMember = 1;

    /// <inheritdoc/>
    protected override async Task<ConsumerGroupDescribeResponse> HandleAsync(ConsumerGroupDescribeRequest request, KafkaRequestContext context) => new()
    {
        Groups = await Task.WhenAll(request.GroupIds.Distinct().Select(groupId => DescribeAsync(groupId, context.Access, request.IncludeAuthorizedOperations))),
    };

    private async Task<Answer.DescribedGroup> DescribeAsync(string groupId, IAccess access, bool tellsOperations)
    {
        ConsumerGroupDescription group = access.CheckGroup(AclOperation.Describe, groupId) is { } refused
            ? ConsumerGroupDescription.Refused(refused, refused == ErrorCode.GroupAuthorizationFailed ? Access.Refusal : "A group has a name.", groupId)
            : await grains.GetGrain<IConsumerGroupGrain>(groupId).DescribeConsumers();
        return new Answer.DescribedGroup
        {
            ErrorCode = (short)group.Error,
            ErrorMessage = group.Message,
            GroupId = groupId,
            GroupState = group.Error == ErrorCode.None ? group.State.ToString() : "",
            GroupEpoch = group.Epoch.Value,
            AssignmentEpoch = group.TargetEpoch.Value,
            AssignorName = group.Assignor,
            Members = [.. group.Members.Select(member => Describe(member, group.TopicNames))],
            AuthorizedOperations = tellsOperations && group.Error == ErrorCode.None ? access.Operations(AclResourceType.Group, groupId) : int.MinValue,
        };
    }

    private static Answer.Member Describe(DescribedConsumer member, IReadOnlyDictionary<TopicId, string> names) => new()
    {
        MemberId = member.MemberId,
        InstanceId = member.InstanceId,
        RackId = member.RackId,
        MemberEpoch = member.Epoch.Value,
        ClientId = member.ClientId,
        ClientHost = member.ClientHost,
        SubscribedTopicNames = [.. member.TopicNames],
        SubscribedTopicRegex = member.TopicPattern,
        Assignment = Describe(member.Assignment, names),
        TargetAssignment = Describe(member.Target, names),
        MemberType = member.IsClassic ? ClassicMember : ConsumerMember,
    };

    private static Answer.AssignmentData Describe(IReadOnlyList<TopicPartitions> topics, IReadOnlyDictionary<TopicId, string> names) => new()
    {
        TopicPartitions =
        [
            .. topics.Where(topic => names.ContainsKey(topic.TopicId)).Select(topic => new Answer.TopicPartitionsData
            {
                TopicId = topic.TopicId.Value,
                TopicName = names[topic.TopicId],
                Partitions = [.. topic.Partitions],
            }),
        ],
    };
}
