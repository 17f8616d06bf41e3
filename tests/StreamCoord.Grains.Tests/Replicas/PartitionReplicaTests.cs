using StreamCoord.Grains.Replicas;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What the shell around the rules of replication makes of them: what is acknowledged, read and led. The rules themselves are run through thousands of schedules by StreamCoord.Replication.Tests.</summary>
public sealed class PartitionReplicaTests
{
    [Fact]
    public async Task Append_IsAnswered_WhenEveryInSyncCopyHasIt_AndNotBefore()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode near, TrioNode far) = (trio.Nodes[0], trio.Nodes[1], trio.Nodes[2]);
        trio.Cut(leader, far);

        Task<AppendReply> waiting = leader.AppendAsync("a");
        await trio.UntilAsync(() => near.Replica.Log.FlushedOffset == new Offset(1));
        trio.Advance(1_000);

        Assert.False(waiting.IsCompleted);
        Assert.Equal(Offset.Zero, leader.Replica.Log.HighWatermark);
        trio.Heal();
        await trio.UntilAsync(() => waiting.IsCompleted, tick: true);
        Assert.Equal(ErrorCode.None, (await waiting).Error);
        Assert.Equal(new Offset(1), far.Replica.Log.FlushedOffset);
        await trio.UntilAsync(() => near.Replica.Log.HighWatermark == new Offset(1) && far.Replica.Log.HighWatermark == new Offset(1), tick: true);
    }

    [Fact]
    public async Task Leader_ThatHearsOfNobody_AnswersNoRead_AndAcknowledgesNothing()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        TrioNode leader = trio.Nodes[0];
        trio.Cut(leader, trio.Nodes[1]);
        trio.Cut(leader, trio.Nodes[2]);

        Task<AppendReply> lost = leader.AppendAsync("a");
        trio.Advance(ReplicaTrio.LeaseMs + 200);

        Assert.Equal(ErrorCode.NotLeaderOrFollower, leader.Replica.CheckRead()?.Error);
        Assert.False(lost.IsCompleted);
        trio.Heal();
        await trio.UntilAsync(() => lost.IsCompleted && leader.Replica.CheckRead() is null, tick: true);
        Assert.Equal(ErrorCode.None, (await lost).Error);
    }

    [Fact]
    public async Task WhatAnotherLed_IsNotTakenOver_WhileTheOtherMayBeStartingToo()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode old, TrioNode next) = (trio.Nodes[0], trio.Nodes[1]);
        trio.Cut(old, next);
        next.Membership.Set([next.Id]);
        next.Membership.IsSettled = false;
        trio.Advance(ReplicaTrio.LeaseMs + 100);

        Assert.False(next.Replica.IsTakeOverDue());
        await Assert.ThrowsAsync<LeadershipRefusedException>(() => next.Replica.LeadAsync(isNewTerm: false));
        next.Membership.IsSettled = true;
        Assert.True(next.Replica.IsTakeOverDue());
        await next.Replica.LeadAsync(isNewTerm: false);
    }

    [Fact]
    public async Task Follower_WhoseLogHasHadANewerEpochThanTheTable_TakesOverInOneThatIsNewerStill()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode old, TrioNode next) = (trio.Nodes[0], trio.Nodes[1]);
        // As after a flipped bit in the epoch of its last batch, which the leader's push has replaced.
        var damaged = new LeaderEpoch(1_000);
        await next.Replica.Log.BeginEpochAsync(damaged);
        next.Replica.Log.EndEpoch(ErrorCode.NotLeaderOrFollower, "It follows.");
        Assert.Equal(ErrorCode.None, (await old.AppendAsync("kept")).Error);
        trio.Cut(old, next);
        next.Membership.Set([next.Id, trio.Nodes[2].Id]);
        trio.Advance(ReplicaTrio.LeaseMs + 100);

        Assert.Equal(damaged.Next(), (await next.Replica.LeadAsync(isNewTerm: false)).Epoch);
    }

    [Fact]
    public async Task Follower_TakesOver_OnlyWhenWhatItHasLentIsOver_AndTheOldLeaderAcknowledgesNothingMore()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode old, TrioNode next, TrioNode third) = (trio.Nodes[0], trio.Nodes[1], trio.Nodes[2]);
        Assert.Equal(ErrorCode.None, (await old.AppendAsync("kept")).Error);
        trio.Cut(old, next);
        trio.Cut(old, third);
        Task<AppendReply> lost = old.AppendAsync("lost");
        next.Membership.Set([next.Id, third.Id]);
        third.Membership.Set([next.Id, third.Id]);

        Assert.False(next.Replica.IsTakeOverDue());
        await Assert.ThrowsAsync<LeadershipRefusedException>(() => next.Replica.LeadAsync(isNewTerm: false));
        trio.Advance(ReplicaTrio.LeaseMs + 100);
        Assert.True(next.Replica.IsTakeOverDue());
        Assert.False(third.Replica.IsTakeOverDue());
        await next.Replica.LeadAsync(isNewTerm: false);
        await trio.UntilAsync(() => next.Replica.CheckRead() is null, tick: true);

        Assert.False(lost.IsCompleted);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, old.Replica.CheckRead()?.Error);
        Assert.Equal(new Offset(1), (await next.AppendAsync("new")).BaseOffset);
        trio.Heal();
        trio.SetAlive(old, next, third);
        await trio.UntilAsync(() => !old.Replica.IsLeading && old.Replica.Log.HighWatermark == new Offset(2), tick: true);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await lost).Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, old.Replica.CheckAppend(RequiredAcks.All)?.Error);
        Assert.Equal(next.Replica.Log.LastEpoch, old.Replica.Log.EpochBefore(new Offset(2)));
        await trio.UntilAsync(() => next.Replica.InSync.Contains(old.Id), tick: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task CopyThatCatchesUp_IsSentNoMoreThanTheLimit(int bytesPerSecond)
    {
        const int Appends = 40;
        const int AppendBytes = 50_000;
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync(catchUpBytesPerSecond: bytesPerSecond);
        (TrioNode leader, TrioNode far) = (trio.Nodes[0], trio.Nodes[2]);
        trio.Cut(leader, far);
        leader.Membership.Set([leader.Id, trio.Nodes[1].Id]);
        await trio.UntilAsync(() => !leader.Replica.InSync.Contains(far.Id), tick: true);
        for (int i = 0; i < Appends; i++)
        {
            await AppendAsync(new string('x', AppendBytes));
        }
        trio.Heal();
        trio.SetAlive([.. trio.Nodes]);
        long begun = trio.Time.GetTimestamp();
        await trio.UntilAsync(() => far.Replica.Log.EndOffset > Offset.Zero, tick: true);
        await AppendAsync("and on");
        await trio.UntilAsync(() => leader.Replica.InSync.Contains(far.Id), tick: true);

        TimeSpan took = trio.Time.GetElapsedTime(begun);
        TimeSpan least = bytesPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(0.8 * Appends * AppendBytes / bytesPerSecond);
        Assert.True(took >= least, $"{Appends * AppendBytes} bytes took {took}");
        await AppendAsync("in sync again");
        Assert.Equal(new Offset(Appends + 2), far.Replica.Log.FlushedOffset);

        async Task AppendAsync(string value)
        {
            Task<AppendReply> append = leader.AppendAsync(value);
            await trio.UntilAsync(() => append.IsCompleted, tick: true);
            Assert.Equal(ErrorCode.None, (await append).Error);
        }
    }

    [Fact]
    public async Task Leader_ThatTheTableHasDeposed_RefusesWhoWaits()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode old, TrioNode next) = (trio.Nodes[0], trio.Nodes[1]);
        trio.Cut(old, next);
        trio.Cut(old, trio.Nodes[2]);
        Task<AppendReply> waiting = old.AppendAsync("a");
        await trio.UntilAsync(() => old.Replica.Log.FlushedOffset == new Offset(1));
        next.Membership.Set([next.Id, trio.Nodes[2].Id]);
        trio.Advance(ReplicaTrio.LeaseMs + 100);
        await next.Replica.LeadAsync(isNewTerm: false);
        Assert.False(waiting.IsCompleted);

        old.Replica.See((await trio.Table.FindAsync(old.Replica.TopicId, 0))!);

        await trio.UntilAsync(() => waiting.IsCompleted);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await waiting).Error);
        Assert.False(old.Replica.IsLeading);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await old.AppendAsync("b")).Error);
    }

    [Fact]
    public async Task DeadFollower_LeavesTheInSyncSet_AndBelowTheMinimumNothingIsTaken()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync(inSyncMin: 2);
        TrioNode leader = trio.Nodes[0];
        trio.Cut(leader, trio.Nodes[1]);
        trio.Cut(leader, trio.Nodes[2]);
        Task<AppendReply> waiting = leader.AppendAsync("a");

        leader.Membership.Set([leader.Id]);
        await trio.UntilAsync(() => waiting.IsCompleted, tick: true);

        Assert.Equal(ErrorCode.NotEnoughReplicasAfterAppend, (await waiting).Error);
        Assert.Equal(ErrorCode.NotEnoughReplicas, leader.Replica.CheckAppend(RequiredAcks.All)?.Error);
        Assert.Null(leader.Replica.CheckAppend(RequiredAcks.Leader));
        Assert.Equal([leader.Id], (await trio.Table.FindAsync(leader.Replica.TopicId, 0))!.InSync.Members);
        Assert.Equal(Offset.Zero, leader.Replica.Log.HighWatermark);
    }

    [Fact]
    public async Task Append_WaitsForACopyThatIsSlow_HoweverLongTheLeaderHasLedBefore()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        TrioNode leader = trio.Nodes[0];
        await trio.LiveAsync(2 * CommitWatch.PatienceMs);
        Assert.Equal(3, leader.Replica.InSync.Members.Count);

        // The other copy answers nothing, and is not so far behind yet that it leaves the in-sync set.
        trio.Cut(leader, trio.Nodes[2]);
        Task<AppendReply> waiting = leader.AppendAsync("a");
        await trio.UntilAsync(() => leader.Replica.Log.EndOffset == new Offset(1));
        await trio.LiveAsync(CommitWatch.PatienceMs / 2);
        Assert.False(waiting.IsCompleted);
        trio.Heal();
        await trio.UntilAsync(() => waiting.IsCompleted, tick: true);

        Assert.Equal(ErrorCode.None, (await waiting).Error);
    }

    [Fact]
    public async Task Terms_ThatAreAskedForAtOnce_AreGivenToOneEach()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();

        (LeaderEpoch Epoch, Offset EndOffset)[] terms = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => trio.Nodes[0].Replica.LeadAsync(isNewTerm: true)));

        Assert.Equal(8, terms.Select(term => term.Epoch).Distinct().Count());
        Assert.Equal(terms.Max(term => term.Epoch), (await trio.Table.FindAsync(trio.Nodes[0].Replica.TopicId, 0))!.LeaderEpoch);
    }

    [Fact]
    public async Task Leader_ThatResigns_TakesNoAppendsAndNoNewTerm_AndItsSuccessorNeedNotWait()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode next) = (trio.Nodes[0], trio.Nodes[1]);
        Assert.Equal(ErrorCode.None, (await leader.AppendAsync("a")).Error);
        await Assert.ThrowsAsync<LeadershipRefusedException>(() => next.Replica.LeadAsync(isNewTerm: false));

        (NodeId Successor, LeaderEpoch Epoch)? resigned = await leader.Replica.ResignAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(next.Id.Node, resigned?.Successor);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await leader.AppendAsync("b")).Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, leader.Replica.CheckRead()?.Error);
        await Assert.ThrowsAsync<LeadershipRefusedException>(() => leader.Replica.LeadAsync(isNewTerm: false));
        next.Replica.Released(resigned!.Value.Epoch);
        await next.Replica.LeadAsync(isNewTerm: false);
        Assert.False(leader.Replica.IsLeading);
        await trio.UntilAsync(() => next.Replica.CheckRead() is null, tick: true);
        Assert.Equal(new Offset(1), (await next.AppendAsync("c")).BaseOffset);
    }

    [Fact]
    public async Task DeletedRecords_AreDeletedOnEveryCopy()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        TrioNode leader = trio.Nodes[0];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ErrorCode.None, (await leader.AppendAsync($"{i}")).Error);
        }

        Assert.Equal(ErrorCode.None, (await leader.Replica.Log.DeleteRecordsAsync(new Offset(2))).Error);

        await trio.UntilAsync(() => trio.Nodes.All(node => node.Replica.Log.StartOffset == new Offset(2)), tick: true);
    }
}
