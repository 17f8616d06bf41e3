using StreamCoord.Client.Calls;
using StreamCoord.Groups;

namespace StreamCoord.Client;

/// <summary>Lists, describes and deletes groups of consumers, of both protocols, and changes their offsets. What has returned is durable. Safe for concurrent use.</summary>
public sealed class GroupAdmin
{
    private readonly GrainCalls _calls;

    internal GroupAdmin(GrainCalls calls) => _calls = calls;

    /// <summary>Every group, by its id in ordinal order.</summary>
    /// <exception cref="StreamCoordException">Not all coordinators can be asked now.</exception>
    public async Task<IReadOnlyList<GroupListing>> ListAsync(CancellationToken cancellationToken = default)
    {
        ListGroupsReply reply = await _calls.AskAsync(grains => grains.GetGrain<IGroupCatalogueGrain>(0).List(), found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        return [.. reply.Groups.OrderBy(group => group.GroupId, StringComparer.Ordinal)];
    }

    /// <summary>A group whose members speak the protocol of KIP-848, as this library's consumers do; null when there is none of that type.</summary>
    public async Task<ConsumerGroupDescription?> FindAsync(string groupId, CancellationToken cancellationToken = default)
    {
        ConsumerGroupDescription reply = await AskAsync(groupId, group => group.DescribeConsumers(), found => found.Error, cancellationToken).ConfigureAwait(false);
        if (reply.Error == ErrorCode.GroupIdNotFound)
        {
            return null;
        }
        GrainCalls.Require(reply.Error, reply.Message);
        return reply;
    }

    /// <summary>A group whose members speak the classic protocol, or that only commits offsets; null when there is none.</summary>
    public async Task<GroupDescription?> FindClassicAsync(string groupId, CancellationToken cancellationToken = default)
    {
        GroupDescription reply = await AskAsync(groupId, group => group.Describe(), found => found.Error, cancellationToken).ConfigureAwait(false);
        if (reply.Error == ErrorCode.GroupIdNotFound)
        {
            return null;
        }
        GrainCalls.Require(reply.Error, reply.Message);
        return reply;
    }

    /// <summary>The offsets that a group has committed, of all partitions.</summary>
    public async Task<IReadOnlyList<FetchedOffset>> ListOffsetsAsync(string groupId, CancellationToken cancellationToken = default)
    {
        FetchOffsetsReply reply = await AskAsync(groupId, group => group.FetchOffsets(null), found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        return reply.Offsets;
    }

    /// <summary>Commits offsets for a group without members: its consumers begin there.</summary>
    /// <exception cref="StreamCoordException">The group has members, or a partition does not exist.</exception>
    public Task SetOffsetsAsync(string groupId, IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken = default) => ChangeOffsetsAsync(
        groupId, group => group.CommitOffsets(new CommitOffsetsRequest(CommitOffsetsRequest.NoGeneration, "", null, -1, offsets)), cancellationToken);

    /// <summary>Forgets the offsets of partitions of topics that the group does not subscribe to.</summary>
    /// <exception cref="StreamCoordException">The group subscribes to one of the topics, or there is no such group.</exception>
    public Task DeleteOffsetsAsync(string groupId, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken = default) =>
        ChangeOffsetsAsync(groupId, group => group.DeleteOffsets(partitions), cancellationToken);

    /// <summary>Deletes a group without members, with its offsets. False when there is none of that id.</summary>
    /// <exception cref="StreamCoordException">The group has members.</exception>
    public async Task<bool> DeleteAsync(string groupId, CancellationToken cancellationToken = default)
    {
        int attempts = 0;
        GroupReply reply = await AskAsync(
            groupId,
            group =>
            {
                attempts++;
                return group.Delete();
            },
            found => found.Error,
            cancellationToken).ConfigureAwait(false);
        if (reply.Error == ErrorCode.GroupIdNotFound)
        {
            // One that had no answer has deleted it.
            return attempts > 1;
        }
        GrainCalls.Require(reply.Error, reply.Message);
        return true;
    }

    private async Task ChangeOffsetsAsync(string groupId, Func<IConsumerGroupGrain, Task<OffsetsReply>> call, CancellationToken cancellationToken)
    {
        OffsetsReply reply = await AskAsync(groupId, call, found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        foreach (PartitionOutcome outcome in reply.Partitions)
        {
            GrainCalls.Require(outcome.Error, $"Group '{groupId}' has not changed the offset of {outcome.Partition}.");
        }
    }

    private Task<T> AskAsync<T>(string groupId, Func<IConsumerGroupGrain, Task<T>> call, Func<T, ErrorCode> errorOf, CancellationToken cancellationToken) =>
        _calls.AskAsync(grains => call(grains.GetGrain<IConsumerGroupGrain>(groupId)), errorOf, cancellationToken);
}
