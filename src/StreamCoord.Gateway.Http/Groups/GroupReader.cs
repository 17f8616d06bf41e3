using System.Text;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Groups;

/// <summary>Finds groups, and what they have not read yet. Safe for concurrent use.</summary>
internal sealed class GroupReader(IGrainFactory grains, PartitionReads reads)
{
    private const string Consumers = "consumer";

    /// <summary>The groups of consumers, by id in ordinal order; one that ends meanwhile is left out.</summary>
    public async Task<IReadOnlyList<GroupView>> ListAsync(Func<string, bool> isVisible)
    {
        ListGroupsReply reply = await grains.GetGrain<IGroupCatalogueGrain>(0).List();
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        GroupView?[] groups = await Task.WhenAll(reply.Groups.Where(group => isVisible(group.GroupId)).Select(group => FindAsync(group.GroupId)));
        return [.. groups.OfType<GroupView>().OrderBy(group => group.GroupId, StringComparer.Ordinal)];
    }

    /// <summary>The group.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public async Task<GroupView> GetAsync(string groupId) =>
        await FindAsync(groupId) ?? throw new RequestException(GatewayErrors.NotFound($"Consumer group {groupId} could not be found."));

    /// <summary>What a group has not read yet of the partitions for which it has committed an offset, by topic and partition. Partitions that are gone are left out.</summary>
    public async Task<IReadOnlyList<ConsumerLag>> ListLagsAsync(GroupView group)
    {
        FetchOffsetsReply reply = await grains.GetGrain<IConsumerGroupGrain>(group.GroupId).FetchOffsets(null);
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        Dictionary<TopicPartition, GroupMemberView> readers = [];
        foreach (GroupMemberView member in group.Members)
        {
            foreach (TopicPartition partition in member.Assignment)
            {
                readers[partition] = member;
            }
        }
        ConsumerLag?[] lags = await Task.WhenAll(reply.Offsets.Select(offset => LagOfAsync(offset, readers.GetValueOrDefault(offset.Partition))));
        return [.. lags.OfType<ConsumerLag>().OrderBy(lag => lag.Partition.Topic, StringComparer.Ordinal).ThenBy(lag => lag.Partition.Partition)];
    }

    private async Task<ConsumerLag?> LagOfAsync(FetchedOffset committed, GroupMemberView? reader)
    {
        if (committed.Offset == Offset.None)
        {
            return null;
        }
        OffsetReply end = await reads.FindOffsetAsync(committed.Partition, OffsetTimestamps.Latest, CancellationToken.None);
        if (end.Error == ErrorCode.UnknownTopicOrPartition)
        {
            return null;
        }
        RequestException.ThrowIfFailed(end.Error, end.Message);
        return new ConsumerLag(committed.Partition, committed.Offset, end.Offset, reader);
    }

    private async Task<GroupView?> FindAsync(string groupId)
    {
        if (groupId.Length == 0)
        {
            return null;
        }
        IConsumerGroupGrain group = grains.GetGrain<IConsumerGroupGrain>(groupId);
        ConsumerGroupDescription consumers = await group.DescribeConsumers();
        if (consumers.Error == ErrorCode.None)
        {
            return ViewOf(consumers);
        }
        if (consumers.Error != ErrorCode.GroupIdNotFound)
        {
            RequestException.ThrowIfFailed(consumers.Error, consumers.Message);
        }
        GroupDescription classic = await group.Describe();
        if (classic.Error is not (ErrorCode.None or ErrorCode.GroupIdNotFound))
        {
            RequestException.ThrowIfFailed(classic.Error, classic.Message);
        }
        return classic.Error == ErrorCode.None && classic.ProtocolType is Consumers or "" && classic.State != GroupState.Dead ? ViewOf(classic) : null;
    }

    private static GroupView ViewOf(GroupDescription group) => new(
        group.GroupId,
        InCapitals(group.State),
        "CLASSIC",
        group.ProtocolType.Length == 0,
        group.ProtocolName,
        [.. group.Members.Select(member => new GroupMemberView(member.MemberId, member.GroupInstanceId, member.ClientId, ConsumerProtocol.ReadAssignment(member.Assignment.Span) ?? []))]);

    private static GroupView ViewOf(ConsumerGroupDescription group) => new(
        group.GroupId,
        InCapitals(group.State),
        "CONSUMER",
        IsSimple: false,
        group.Assignor,
        [
            .. group.Members.Select(member => new GroupMemberView(member.MemberId, member.InstanceId, member.ClientId,
            [
                .. member.Assignment.Where(topic => group.TopicNames.ContainsKey(topic.TopicId))
                    .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(group.TopicNames[topic.TopicId], partition))),
            ])),
        ]);

    private static string InCapitals(GroupState state)
    {
        var text = new StringBuilder();
        foreach (char c in state.ToString())
        {
            _ = (char.IsAsciiLetterUpper(c) && text.Length > 0 ? text.Append('_') : text).Append(char.ToUpperInvariant(c));
        }
        return text.ToString();
    }
}
