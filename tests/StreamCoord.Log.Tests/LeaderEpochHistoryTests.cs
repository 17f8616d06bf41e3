using StreamCoord.Log.Epochs;

namespace StreamCoord.Log.Tests;

/// <summary>Where an epoch ends: what clients and followers are told who have read in it (KIP-101).</summary>
public sealed class LeaderEpochHistoryTests
{
    private const long LogEnd = 30;

    [Theory]
    [InlineData(2, 2, 10)]
    [InlineData(1, 1, 5)]
    [InlineData(3, 2, 10)]
    [InlineData(5, 5, LogEnd)]
    [InlineData(6, 5, LogEnd)]
    [InlineData(7, 7, LogEnd)]
    [InlineData(8, -1, -1)]
    [InlineData(-1, -1, -1)]
    public void EndOf_IsTheStartOfTheNextNewerEpoch_OrTheLogsEnd(int epoch, int expectedEpoch, long expectedEnd)
    {
        var history = new LeaderEpochHistory();
        history.Append(new LeaderEpoch(2), new Offset(5));
        history.Append(new LeaderEpoch(5), new Offset(10));

        Assert.Equal(
            new EpochStart(new LeaderEpoch(expectedEpoch), new Offset(expectedEnd)),
            history.EndOf(new LeaderEpoch(epoch), new Offset(LogEnd), serving: new LeaderEpoch(7)));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, -1)]
    public void EndOf_InALogWithoutRecords_IsItsEnd_UpToTheEpochThatServes(int epoch, int expectedEpoch)
    {
        EpochStart end = new LeaderEpochHistory().EndOf(new LeaderEpoch(epoch), new Offset(LogEnd), serving: new LeaderEpoch(4));
        Assert.Equal((expectedEpoch, expectedEpoch < 0 ? -1 : LogEnd), (end.Epoch.Value, end.StartOffset.Value));
    }

    [Fact]
    public void EndOf_WhileNobodyServes_KnowsWhatTheLogHas()
    {
        var history = new LeaderEpochHistory();
        history.Append(new LeaderEpoch(2), new Offset(5));
        Assert.Equal(new EpochStart(new LeaderEpoch(2), new Offset(LogEnd)), history.EndOf(new LeaderEpoch(2), new Offset(LogEnd), LeaderEpoch.Unknown));
        Assert.Equal(new EpochStart(LeaderEpoch.Unknown, Offset.None), history.EndOf(new LeaderEpoch(3), new Offset(LogEnd), LeaderEpoch.Unknown));
    }

    [Theory]
    [InlineData(new[] { 2, 2, 9, 2, 3 }, 2)]
    [InlineData(new[] { 9, 2, 2, 3, 3 }, 0)]
    [InlineData(new[] { 2, 3, 3, 1, 3 }, 3)]
    [InlineData(new[] { 2, 3, 1, 3, 3 }, 2)]
    [InlineData(new[] { 2, 4, 4, 3, 4 }, 3)]
    [InlineData(new[] { 2, 3, 9, 3, 5 }, 2)]
    [InlineData(new[] { 2, -7, 2, 2, 2 }, 1)]
    public void Recover_TellsTheBatchWhoseEpochIsWrong_AndDoesNotBelieveIt(int[] epochs, int damagedIndex)
    {
        var history = new LeaderEpochHistory();
        List<long> damaged = [];
        for (int i = 0; i < epochs.Length; i++)
        {
            Offset? found = history.Recover(new LeaderEpoch(epochs[i]), new Offset(10 * i), i == 0 ? Offset.None : new Offset(10 * (i - 1)));
            damaged.AddRange(found is { } offset ? [offset.Value] : []);
        }
        Assert.Equal([10L * damagedIndex], damaged);
        Assert.All(epochs.Index(), batch => Assert.Equal(batch.Index != damagedIndex, history.Allows(new LeaderEpoch(batch.Item), new Offset(10 * batch.Index))));
    }

    [Fact]
    public async Task FindEpochEnd_FollowsTheLog_ThroughRestartAndRetention()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        LeaderEpoch first = harness.Log.Epoch;
        await harness.AppendAsync(harness.Record("a"), harness.Record("b"));
        Assert.Equal(new EpochStart(first, new Offset(2)), await harness.Log.FindEpochEndAsync(first));

        await harness.RestartAsync();
        LeaderEpoch second = harness.Log.Epoch;
        Assert.Equal(new EpochStart(second, new Offset(2)), await harness.Log.FindEpochEndAsync(second));
        await harness.AppendAsync(harness.Record("c"));
        Assert.Equal(new EpochStart(first, new Offset(2)), await harness.Log.FindEpochEndAsync(first));
        Assert.Equal(new EpochStart(second, new Offset(3)), await harness.Log.FindEpochEndAsync(second));

        await harness.Log.DeleteRecordsAsync(Offset.None);
        Assert.Equal(new EpochStart(first, new Offset(3)), await harness.Log.FindEpochEndAsync(first));
        Assert.Equal(new EpochStart(LeaderEpoch.Unknown, Offset.None), await harness.Log.FindEpochEndAsync(second.Next()));
    }

    [Fact]
    public void Ranges_TellTheEpochBeforeAnOffset_AndWhereEachEnds()
    {
        var ranges = new EpochRanges([new(new LeaderEpoch(2), new Offset(5)), new(new LeaderEpoch(4), new Offset(8)), new(new LeaderEpoch(7), new Offset(20))], new Offset(5), new Offset(30));
        Assert.Equal([-1, -1, 2, 2, 4, 4, 7, 7], new[] { 0, 5, 6, 8, 9, 20, 21, 30 }.Select(offset => ranges.Before(new Offset(offset)).Value));
        Assert.Equal([5, 5, 8, 8, 20, 20, 30, 30], new[] { -1, 1, 2, 3, 4, 6, 7, 9 }.Select(epoch => ranges.EndOf(new LeaderEpoch(epoch)).Value));
        var empty = new EpochRanges([], new Offset(5), new Offset(5));
        Assert.Equal((LeaderEpoch.Unknown, new Offset(5)), (empty.Before(new Offset(5)), empty.EndOf(new LeaderEpoch(3))));
    }
}
