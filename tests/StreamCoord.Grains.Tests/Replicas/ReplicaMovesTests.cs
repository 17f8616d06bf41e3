using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What is begun, and what is refused, where nobody carries it on.</summary>
public sealed class ReplicaMovesTests
{
    [Fact]
    public async Task Move_IsWritten_ReplacedAndCalledOff()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        ReplicaMoves moves = MovesOf(trio, out LeadershipRow row);

        Assert.Null(await moves.MoveAsync(row.TopicId, 0, Nodes(2), keepsFactor: false));
        Assert.Equal("2,1,3 + - 1,3", Describe(await FindAsync(trio)));
        Assert.Null(await moves.MoveAsync(row.TopicId, 0, Nodes(3, 1), keepsFactor: false));
        Assert.Equal("3,1,2 + - 2", Describe(await FindAsync(trio)));
        Assert.Null(await moves.MoveAsync(row.TopicId, 0, target: null, keepsFactor: false));
        Assert.Equal("3,1,2 + - ", Describe(await FindAsync(trio)));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, (await moves.MoveAsync(row.TopicId, 0, target: null, keepsFactor: false))!.Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await moves.MoveAsync(row.TopicId, 1, Nodes(2), keepsFactor: false))!.Error);
    }

    [Fact]
    public async Task Target_MayHaveANodeThatIsGone_IfItHasACopyAlready()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        ReplicaMoves moves = MovesOf(trio, out LeadershipRow row);
        trio.SetAlive(trio.Nodes[0], trio.Nodes[2]);

        Assert.Null(await moves.MoveAsync(row.TopicId, 0, Nodes(2, 3), keepsFactor: false));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, (await moves.MoveAsync(row.TopicId, 0, Nodes(4, 3), keepsFactor: false))!.Error);
    }

    [Fact]
    public async Task PreferredReplica_ThatLeads_IsGone_OrDoesNotTakeOver_IsNotElected()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        ReplicaMoves moves = MovesOf(trio, out LeadershipRow row);

        Assert.Equal(ErrorCode.ElectionNotNeeded, (await moves.ElectPreferredAsync(row.TopicId, 0))!.Error);
        Assert.Null(await moves.MoveAsync(row.TopicId, 0, Nodes(2, 1, 3), keepsFactor: true));
        TopicReply late = (await moves.ElectPreferredAsync(row.TopicId, 0))!;
        trio.SetAlive(trio.Nodes[0], trio.Nodes[2]);
        TopicReply gone = (await moves.ElectPreferredAsync(row.TopicId, 0))!;

        Assert.Equal((ErrorCode.PreferredLeaderNotAvailable, ErrorCode.PreferredLeaderNotAvailable), (late.Error, gone.Error));
        Assert.Contains("in time", late.Message, StringComparison.Ordinal);
        Assert.Contains("does not live", gone.Message, StringComparison.Ordinal);
    }

    // The first node's peers move no leadership.
    private static ReplicaMoves MovesOf(ReplicaTrio trio, out LeadershipRow row)
    {
        row = trio.Nodes[0].Replica.Row;
        return new ReplicaMoves(trio.Table, new Leaderships(), trio.Nodes[0], trio.Nodes[0].Membership);
    }

    private static async Task<LeadershipRow> FindAsync(ReplicaTrio trio) => (await trio.Table.FindAsync(trio.Nodes[0].Replica.TopicId, 0))!;

    private static string Describe(LeadershipRow row) =>
        $"{string.Join(',', row.Replicas)} + {string.Join(',', row.Assignment.Adding)}- {string.Join(',', row.Assignment.Removing)}";

    private static NodeId[] Nodes(params int[] numbers) => [.. numbers.Select(number => new NodeId(number))];
}
