using StreamCoord.Client.Calls;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Client.Consuming;

/// <summary>The committed offsets of a consumer's group. Safe for concurrent use.</summary>
internal sealed class GroupOffsets(string groupId, GrainCalls calls, IsolationLevel isolation) : IDisposable
{
    private const int StaleAttemptsMax = 50;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private ConsumerGroupMetadata _member = new(groupId);

    /// <summary>Who the consumer is in the group, now.</summary>
    public ConsumerGroupMetadata Member
    {
        get => Volatile.Read(ref _member);
        set => Volatile.Write(ref _member, value);
    }

    /// <summary>Commits offsets; durable when this returns. One commit after the other: what is older must not arrive behind what is newer.</summary>
    /// <param name="choose">Says what to commit, when it is this one's turn.</param>
    /// <param name="cancellationToken">Gives up; it may be committed all the same.</param>
    /// <returns>What was committed.</returns>
    /// <exception cref="StreamCoordException">The group refuses, for one partition at least.</exception>
    public async Task<IReadOnlyList<OffsetToCommit>> CommitAsync(Func<IReadOnlyList<OffsetToCommit>> choose, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IReadOnlyList<OffsetToCommit> offsets = choose();
            await CommitAsync(offsets, cancellationToken).ConfigureAwait(false);
            return offsets;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>The committed offsets of partitions; <see cref="Offset.None"/> where nothing is committed.</summary>
    public async Task<IReadOnlyList<FetchedOffset>> FetchAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        FetchOffsetsReply reply = await calls.AskAsync(
            grains => grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets(partitions, member: null, isStable: isolation == IsolationLevel.ReadCommitted),
            found => found.Error != ErrorCode.None ? found.Error : found.Offsets.FirstOrDefault(offset => offset.Error != ErrorCode.None)?.Error ?? ErrorCode.None,
            cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        foreach (FetchedOffset offset in reply.Offsets)
        {
            GrainCalls.Require(offset.Error, $"The offset of {offset.Partition} cannot be told now.");
        }
        return reply.Offsets;
    }

    private async Task CommitAsync(IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken)
    {
        if (offsets.Count == 0)
        {
            return;
        }
        var backoff = new Backoff(10, 200);
        for (int attempt = 1; ; attempt++)
        {
            ConsumerGroupMetadata member = Member;
            OffsetsReply reply = await calls.AskAsync(
                grains => grains.GetGrain<IConsumerGroupGrain>(groupId).CommitOffsets(new CommitOffsetsRequest(member.GenerationId, member.MemberId, member.InstanceId, -1, offsets)),
                reply => reply.Error, cancellationToken).ConfigureAwait(false);
            if (reply.Error == ErrorCode.StaleMemberEpoch && attempt < StaleAttemptsMax)
            {
                // The next heartbeat, which is under way, brings the new epoch.
                await backoff.WaitAsync(calls.Time, cancellationToken).ConfigureAwait(false);
                continue;
            }
            GrainCalls.Require(reply.Error, $"Group '{groupId}' has not taken the offsets. {reply.Message}");
            foreach (PartitionOutcome outcome in reply.Partitions)
            {
                GrainCalls.Require(outcome.Error, $"Group '{groupId}' has not taken the offset of {outcome.Partition}.");
            }
            return;
        }
    }
}
