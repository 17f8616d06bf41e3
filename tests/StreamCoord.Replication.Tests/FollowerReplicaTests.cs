namespace StreamCoord.Replication.Tests;

/// <summary>What a replica makes of single pushes; whole histories are for the simulation.</summary>
public sealed class FollowerReplicaTests
{
    private static readonly ReplicaId Self = new(new NodeId(2), new Incarnation(Guid.Empty));
    private static readonly ReplicationOptions Options = new() { LeaseMs = 1_000, ClockDriftMs = 10 };

    [Fact]
    public void Push_OfAnOlderTerm_IsFencedAndLendsNothing()
    {
        FollowerReplica replica = Follow(new FixedLog((3, 10)), epoch: 3);

        PushVerdict verdict = replica.Judge(PushAt(epoch: 2, from: 10, before: 2), nowMs: 0);

        Assert.Equal(PushOutcome.Fenced, verdict.Outcome);
        Assert.True(replica.TryBeginTakeOver(nowMs: 0));
    }

    [Fact]
    public void Push_LendsALeaseAndTheDriftOfTheClocks()
    {
        FollowerReplica replica = Follow(new FixedLog((3, 10)), epoch: 3);

        replica.Judge(PushAt(epoch: 3, from: 10, before: 3), nowMs: 500);

        Assert.False(replica.TryBeginTakeOver(nowMs: 1_509));
        Assert.Equal(PushOutcome.Accepted, replica.Judge(PushAt(epoch: 3, from: 10, before: 3), nowMs: 500).Outcome);
        Assert.True(replica.TryBeginTakeOver(nowMs: 1_510));
        Assert.Equal(PushOutcome.Fenced, replica.Judge(PushAt(epoch: 3, from: 10, before: 3), nowMs: 1_510).Outcome);
    }

    [Fact]
    public void Release_OfItsLeadersTerm_GivesBackWhatWasLent()
    {
        FollowerReplica replica = Follow(new FixedLog((3, 10)), epoch: 3);
        replica.Judge(PushAt(epoch: 3, from: 10, before: 3), nowMs: 0);

        replica.Released(new LeaderEpoch(2));
        Assert.False(replica.TryBeginTakeOver(nowMs: 1));

        replica.Released(new LeaderEpoch(3));
        Assert.True(replica.TryBeginTakeOver(nowMs: 1));
    }

    // The follower's log, the leader's place and the term before it there; where to go on.
    [Theory]
    [InlineData(new[] { 1, 4 }, 20, 5, 4)]
    [InlineData(new[] { 1, 4, 3, 12 }, 20, 5, 12)]
    [InlineData(new[] { 1, 4, 3, 12 }, 10, 1, 4)]
    [InlineData(new[] { 1, 4, 3, 12 }, 10, 0, 0)]
    [InlineData(new int[0], 10, 1, 0)]
    public void Diverged_GoesOnAtTheEndOfATermThatMayBeTheSame(int[] terms, long from, int before, long resumeAt)
    {
        FixedLog log = LogOf(terms);
        FollowerReplica replica = Follow(log, epoch: 6);
        Push push = PushAt(epoch: 6, from, before);

        PushVerdict verdict = replica.Judge(push, nowMs: 0);
        PushReply reply = replica.Answer(push, verdict);

        Assert.Equal(PushOutcome.Diverged, reply.Outcome);
        Assert.Equal(new Offset(resumeAt), reply.ResumeAt);
        Assert.Equal(log.EpochBefore(reply.ResumeAt), reply.ResumeEpoch);
        Assert.Equal(Offset.None, reply.AcknowledgedOffset);
    }

    [Fact]
    public void Batches_ThatAreHere_AreSkipped_AndTheFirstOtherOneCutsTheLog()
    {
        FollowerReplica replica = Follow(new FixedLog((1, 4), (3, 12)), epoch: 5);

        PushVerdict verdict = replica.Judge(PushAt(epoch: 5, from: 2, before: 1) with { Batches = [Mark(2, 4, 1), Mark(4, 6, 3), Mark(6, 9, 5), Mark(9, 10, 5)] }, nowMs: 0);

        Assert.Equal(new PushVerdict(PushOutcome.Accepted, Offset.None, new Offset(6), 2), verdict);
    }

    [Fact]
    public void Reset_ThatComesLate_KeepsWhatIsHereAlready()
    {
        foreach (int start in new[] { 20, 22, 30 })
        {
            FollowerReplica replica = Follow(new FixedLog((5, 30)) { StartOffset = new Offset(start) }, epoch: 5);

            PushVerdict verdict = replica.Judge(PushAt(epoch: 5, from: 20, before: -1) with { IsReset = true, Batches = [Mark(20, 25, 5)] }, nowMs: 0);

            Assert.Equal(new PushVerdict(PushOutcome.Accepted, Offset.None, Offset.None, 1), verdict);
        }
    }

    [Fact]
    public void Reset_WithinABatch_LeavesNothingOfAnotherTermsBatchThere()
    {
        FollowerReplica replica = Follow(new FixedLog((4, 30)) { StartOffset = new Offset(10) }, epoch: 5);

        PushVerdict verdict = replica.Judge(PushAt(epoch: 5, from: 20, before: -1) with { IsReset = true, Batches = [Mark(18, 25, 5)] }, nowMs: 0);

        Assert.Equal(new PushVerdict(PushOutcome.Accepted, new Offset(20), new Offset(18), 0), verdict);
    }

    [Fact]
    public void Acknowledged_IsNoMoreThanIsFlushed_WhereThatCounts()
    {
        Push push = PushAt(epoch: 5, from: 10, before: 5);
        FollowerReplica flushed = Follow(new FixedLog((5, 10)) { Flushed = new Offset(7) }, epoch: 5);
        var written = new FollowerReplica(Self, new FixedLog((5, 10)) { Flushed = new Offset(7) }, Options with { CountsFlushed = false }, new LeaderEpoch(5), 0);

        Assert.Equal(new Offset(7), flushed.Answer(push, flushed.Judge(push, 0)).AcknowledgedOffset);
        Assert.Equal(new Offset(10), written.Answer(push, written.Judge(push, 0)).AcknowledgedOffset);
    }

    [Theory]
    [InlineData(3, 5, 4, 6)]
    [InlineData(7, 5, 4, 8)]
    [InlineData(3, 5, 9, 10)]
    public void NextEpoch_IsNewerThanTheLogTheTableAndWhatWasHeard(int written, int table, int heard, int next)
    {
        Assert.Equal(new LeaderEpoch(next), Follow(new FixedLog((written, 10)), epoch: heard).NextEpoch(new LeaderEpoch(table)));
    }

    private static FollowerReplica Follow(FixedLog log, int epoch) => new(Self, log, Options, new LeaderEpoch(epoch), grantedUntilMs: 0);

    private static FixedLog LogOf(int[] terms) => new([.. terms.Chunk(2).Select(term => (term[0], (long)term[1]))]);

    private static BatchMark Mark(long from, long to, int epoch) => new(new Offset(from), new Offset(to), new LeaderEpoch(epoch));

    private static Push PushAt(int epoch, long from, int before) =>
        new() { Epoch = new LeaderEpoch(epoch), Number = 0, SentAtMs = 0, From = new Offset(from), EpochBefore = new LeaderEpoch(before) };
}
