using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>The committed offsets of a consumer's group. Safe for concurrent use.</summary>
internal sealed class OffsetStore(IConsumerGroupGrain group, ConsumerState state)
{
    /// <summary>What the consumer is in the group.</summary>
    public GroupMember Member { get; set; } = GroupMember.None;

    /// <summary>Commits all positions that are not committed; durable when this returns.</summary>
    /// <exception cref="RequestException">The group refuses.</exception>
    public Task CommitAllAsync() => CommitAsync(state.Uncommitted);

    /// <summary>Commits offsets; durable when this returns.</summary>
    /// <exception cref="RequestException">The group refuses.</exception>
    public async Task CommitAsync(IReadOnlyList<OffsetToCommit> offsets)
    {
        if (offsets.Count == 0)
        {
            return;
        }
        GroupMember member = Member;
        OffsetsReply reply = await group.CommitOffsets(new CommitOffsetsRequest(member.GenerationId, member.MemberId, null, -1, offsets));
        ThrowIfFailed(reply.Error, reply.Message);
        foreach (PartitionOutcome outcome in reply.Partitions)
        {
            ThrowIfFailed(outcome.Error, outcome.Error == ErrorCode.UnknownTopicOrPartition ? $"There is no partition {outcome.Partition}." : null);
        }
        state.Committed(offsets);
    }

    /// <summary>Commits what the consumer was given, as well as that can be done: when the group refuses, somebody else will get those records again.</summary>
    public async Task TryCommitAllAsync()
    {
        try
        {
            await CommitAllAsync();
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is not null)
        {
            // The positions stay uncommitted, and are committed the next time.
        }
    }

    /// <summary>What is committed for partitions.</summary>
    public async Task<IReadOnlyList<FetchedOffset>> FetchAsync(IReadOnlyList<TopicPartition> partitions)
    {
        FetchOffsetsReply reply = await group.FetchOffsets(partitions);
        ThrowIfFailed(reply.Error, reply.Message);
        return reply.Offsets;
    }

    private static void ThrowIfFailed(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            RequestException.Throw(V2Errors.Of(error, message));
        }
    }
}
