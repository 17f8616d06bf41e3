using System.Text;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>What a consumer asks of its group, one thing at a time.</summary>
internal sealed class GroupClient(IGrainFactory grains, string groupId)
{
    public const int SessionTimeoutMs = 10_000;

    public IConsumerGroupGrain Group => grains.GetGrain<IConsumerGroupGrain>(groupId);

    public Task<JoinGroupReply> JoinAsync(string memberId = "") => Group.Join(new JoinGroupRequest
    {
        MemberId = memberId,
        ClientId = "c",
        ClientHost = "/127.0.0.1",
        ProtocolType = "consumer",
        Protocols = [new GroupProtocol("range", "metadata"u8.ToArray())],
        SessionTimeoutMs = SessionTimeoutMs,
        RebalanceTimeoutMs = 60_000,
    });

    public Task<SyncGroupReply> SyncAsync(JoinGroupReply joined)
    {
        MemberAssignment[] assignments =
            [.. joined.Members.Select(member => new MemberAssignment(member.MemberId, Encoding.UTF8.GetBytes($"for {member.MemberId}")))];
        return Group.Sync(new SyncGroupRequest(joined.GenerationId, joined.MemberId, null, "consumer", "range", assignments));
    }

    public async Task<ErrorCode> HeartbeatAsync(JoinGroupReply joined) => (await Group.Heartbeat(new HeartbeatRequest(joined.GenerationId, joined.MemberId, null))).Error;

    public async Task<OffsetsReply> CommitAsync(long offset, JoinGroupReply? member = null, string topic = "t", string? metadata = "m")
    {
        return await Group.CommitOffsets(new CommitOffsetsRequest(
            member?.GenerationId ?? CommitOffsetsRequest.NoGeneration,
            member?.MemberId ?? "",
            null,
            -1,
            [new OffsetToCommit(new TopicPartition(topic, 0), new Offset(offset), new LeaderEpoch(3), metadata)]));
    }

    public async Task<long> FetchAsync(string topic = "t")
    {
        FetchOffsetsReply reply = await Group.FetchOffsets([new TopicPartition(topic, 0)]);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return Assert.Single(reply.Offsets).Offset.Value;
    }

    /// <summary>Has one member form a generation of its own.</summary>
    public async Task<JoinGroupReply> FormAsync()
    {
        JoinGroupReply joined = await JoinAsync();
        Assert.True(joined.Error == ErrorCode.None, joined.Message);
        SyncGroupReply synced = await SyncAsync(joined);
        Assert.Equal((ErrorCode.None, $"for {joined.MemberId}"), (synced.Error, Encoding.UTF8.GetString(synced.Assignment.Span)));
        return joined;
    }
}
