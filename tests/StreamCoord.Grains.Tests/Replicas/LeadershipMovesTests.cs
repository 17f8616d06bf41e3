using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Grains.Replicas;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Tests.Replicas;

public sealed class LeadershipMovesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leader_WhoseSuccessorDoesNotCome_LeadsOnInANewTerm(bool isCutOff)
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        TrioNode leader = trio.Nodes[0];
        leader.ReleaseFailure = isCutOff ? new TimeoutException("The successor is not reached.") : null;
        LeaderEpoch before = leader.Replica.Row.LeaderEpoch;
        using var moves = new LeadershipMoves(leader.Context, NullLogger<LeadershipMoves>.Instance);

        Task<bool> moving = moves.TryMoveAsync(leader.Replica, wanted: null);
        await trio.UntilAsync(() => moving.IsCompleted, tick: true);
        Task<AppendReply> appended = leader.AppendAsync("after");
        await trio.UntilAsync(() => appended.IsCompleted, tick: true);

        Assert.False(await moving);
        Assert.True(leader.Replica.IsLeading && leader.Replica.Row.LeaderEpoch > before);
        Assert.Equal(ErrorCode.None, (await appended).Error);
    }

    [Fact]
    public async Task Leader_WithoutAnybodyElseInSync_IsLeftAlone()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        TrioNode leader = trio.Nodes[0];
        LeaderEpoch before = leader.Replica.Row.LeaderEpoch;
        trio.SetAlive(leader);
        using var moves = new LeadershipMoves(leader.Context, NullLogger<LeadershipMoves>.Instance);

        Assert.False(await moves.TryMoveAsync(leader.Replica, wanted: null));

        Assert.True(leader.Replica.IsLeading);
        Assert.Equal((before, false), (leader.Replica.Log.Epoch, leader.Replica.Log.NeedsEpoch));
    }
}
