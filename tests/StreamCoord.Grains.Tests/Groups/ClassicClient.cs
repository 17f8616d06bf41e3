using System.Buffers.Binary;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>The only consumer of the classic protocol in its group, an eager one that reads topic <c>t</c>, one thing at a time. Where it leads it takes everything.</summary>
internal sealed class ClassicClient(IGrainFactory grains, string groupId, int partitionCount)
{
    private JoinGroupReply? _joined;

    public IConsumerGroupGrain Group => grains.GetGrain<IConsumerGroupGrain>(groupId);

    public string MemberId => _joined?.MemberId ?? "";

    public int Generation => _joined!.GenerationId;

    /// <summary>How many partitions it has.</summary>
    public int PartitionCount { get; private set; }

    /// <summary>The same client, after the silo was started again.</summary>
    public ClassicClient On(IGrainFactory others) => new(others, groupId, partitionCount) { _joined = _joined, PartitionCount = PartitionCount };

    /// <summary>Gives everything up, joins and gets its assignment.</summary>
    public async Task JoinAsync()
    {
        PartitionCount = 0;
        byte[] subscription = [0, 0, 0, 0, 0, 1, 0, 1, (byte)'t', 255, 255, 255, 255];
        JoinGroupReply joined = await Group.Join(new JoinGroupRequest
        {
            MemberId = MemberId,
            ClientId = "c",
            ClientHost = "/127.0.0.1",
            ProtocolType = "consumer",
            Protocols = [new GroupProtocol("range", subscription)],
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 60_000,
        });
        Assert.True(joined.Error == ErrorCode.None, joined.Message);
        _joined = joined;
        MemberAssignment[] assignments = joined.Leader == MemberId ? [new MemberAssignment(MemberId, All(partitionCount))] : [];
        SyncGroupReply synced = await Group.Sync(new SyncGroupRequest(joined.GenerationId, MemberId, null, "consumer", joined.ProtocolName, assignments));
        Assert.True(synced.Error == ErrorCode.None, synced.Message);
        PartitionCount = CountPartitions(synced.Assignment.Span);
    }

    public async Task<ErrorCode> HeartbeatAsync() => (await Group.Heartbeat(new HeartbeatRequest(Generation, MemberId, null))).Error;

    /// <summary>A heartbeat, and what it says to do.</summary>
    public async Task StepAsync()
    {
        ErrorCode error = await HeartbeatAsync();
        if (error == ErrorCode.RebalanceInProgress)
        {
            await JoinAsync();
            return;
        }
        Assert.Equal(ErrorCode.None, error);
    }

    /// <summary>Commits as clients do that know nothing of member epochs.</summary>
    public async Task<ErrorCode> CommitAsync(long offset) => (await Group.CommitOffsets(
        new CommitOffsetsRequest(Generation, MemberId, null, -1, [new OffsetToCommit(new TopicPartition("t", 0), new Offset(offset), LeaderEpoch.Unknown, null)]) { KnowsMemberEpochs = false })).Error;

    private static byte[] All(int count)
    {
        byte[] bytes = [0, 0, 0, 0, 0, 1, 0, 1, (byte)'t', 0, 0, 0, (byte)count, .. Enumerable.Range(0, count).SelectMany(partition => (byte[])[0, 0, 0, (byte)partition]), 255, 255, 255, 255];
        return bytes;
    }

    private static int CountPartitions(ReadOnlySpan<byte> assignment) => BinaryPrimitives.ReadInt32BigEndian(assignment[2..]) == 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(assignment[9..]);
}
