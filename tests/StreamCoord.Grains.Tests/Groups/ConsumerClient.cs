using StreamCoord.Groups;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>A member of a consumer group of KIP-848, one heartbeat at a time.</summary>
internal sealed class ConsumerClient(IGrainFactory grains, string groupId, string memberId, params string[] topics)
{
    public IConsumerGroupGrain Group => grains.GetGrain<IConsumerGroupGrain>(groupId);

    public GroupEpoch Epoch { get; private set; }

    public IReadOnlyList<TopicPartitions> Owned { get; private set; } = [];

    public int PartitionCount => Owned.Sum(topic => topic.Partitions.Count);

    public int IntervalMs { get; private set; }

    /// <summary>The same client, after the silo was started again.</summary>
    public ConsumerClient On(IGrainFactory others) => new(others, groupId, memberId, topics) { Epoch = Epoch, Owned = Owned };

    public async Task<ErrorCode> BeatAsync()
    {
        bool isJoining = Epoch == GroupEpoch.Joining;
        ConsumerHeartbeatReply reply = await Group.ConsumerHeartbeat(new ConsumerHeartbeatRequest
        {
            MemberId = memberId,
            Epoch = Epoch,
            RebalanceTimeoutMs = isJoining ? 60_000 : -1,
            TopicNames = isJoining ? topics : null,
            Owned = isJoining ? [] : Owned,
            ClientId = "c",
            ClientHost = "/127.0.0.1",
            RequiresMemberId = true,
        });
        if (reply.Error == ErrorCode.None)
        {
            (Epoch, Owned, IntervalMs) = (reply.Epoch, reply.Assignment ?? Owned, reply.HeartbeatIntervalMs);
        }
        return reply.Error;
    }

    /// <summary>Beats until it has so many partitions; others beat too.</summary>
    public async Task UntilAsync(int partitionCount, params ConsumerClient[] others)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            Assert.Equal(ErrorCode.None, await BeatAsync());
            foreach (ConsumerClient other in others)
            {
                Assert.Equal(ErrorCode.None, await other.BeatAsync());
            }
        }
        while (PartitionCount != partitionCount);
    }

    public async Task<ErrorCode> LeaveAsync() => (await Group.ConsumerHeartbeat(new ConsumerHeartbeatRequest { MemberId = memberId, Epoch = GroupEpoch.Leaving })).Error;

    public async Task<ErrorCode> CommitAsync(long offset, string topic, GroupEpoch? epoch = null)
    {
        OffsetsReply reply = await Group.CommitOffsets(new CommitOffsetsRequest(
            (epoch ?? Epoch).Value, memberId, null, -1, [new OffsetToCommit(new TopicPartition(topic, 0), new Offset(offset), LeaderEpoch.Unknown, null)]));
        return reply.Error;
    }
}
