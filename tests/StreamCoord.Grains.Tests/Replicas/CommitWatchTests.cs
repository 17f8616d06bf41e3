using StreamCoord.Grains.Replicas;

namespace StreamCoord.Grains.Tests.Replicas;

public sealed class CommitWatchTests
{
    private const int Overdue = CommitWatch.PatienceMs + 1;

    [Fact]
    public void WhatHasJustBegunToWait_IsNotOverdue_HoweverLongTheSiloRuns()
    {
        var watch = new CommitWatch();

        Assert.False(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 1_000_000));
        Assert.False(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 1_000_000 + CommitWatch.PatienceMs));
        Assert.True(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 1_000_000 + Overdue));
    }

    [Fact]
    public void Progress_AndAMomentInWhichNothingWaits_BeginTheTimeAnew()
    {
        var watch = new CommitWatch();
        watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 0);

        Assert.False(watch.IsOverdue(new Offset(1), isAnyWaiting: true, nowMs: Overdue));
        Assert.False(watch.IsOverdue(new Offset(1), isAnyWaiting: false, nowMs: 2 * Overdue));
        Assert.False(watch.IsOverdue(new Offset(1), isAnyWaiting: true, nowMs: 3 * Overdue));
        Assert.True(watch.IsOverdue(new Offset(1), isAnyWaiting: true, nowMs: 4 * Overdue));
    }

    [Fact]
    public void ItIsSaidOnceEachTime()
    {
        var watch = new CommitWatch();
        watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 0);
        Assert.True(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: Overdue));

        Assert.False(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: Overdue + 1));
        Assert.True(watch.IsOverdue(Offset.Zero, isAnyWaiting: true, nowMs: 3 * Overdue));
    }
}
