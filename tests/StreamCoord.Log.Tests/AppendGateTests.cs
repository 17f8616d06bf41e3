using StreamCoord.Partitions;

namespace StreamCoord.Log.Tests;

/// <summary>Appends that are held back for a moment.</summary>
public sealed class AppendGateTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Guid _holder = Guid.NewGuid();

    [Fact]
    public async Task Appends_WaitWhileItIsClosed_AndGoOnInTheirOrder()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Assert.True(harness.Gate.TryClose(_holder, Limit));
        Task<AppendReply>[] appends = [.. Enumerable.Range(0, 5).Select(i => harness.AppendAsync(harness.Record($"value {i}")))];
        await PassAppendThreadAsync(harness);
        Assert.All(appends, append => Assert.False(append.IsCompleted));
        Assert.Equal(Offset.Zero, harness.Log.EndOffset);

        Assert.True(harness.Gate.Open(_holder));
        AppendReply[] replies = await Task.WhenAll(appends);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => new Offset(i)), replies.Select(reply => reply.BaseOffset));
    }

    [Fact]
    public async Task ItOpensByItself_AndSaysSoToItsHolder()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Assert.True(harness.Gate.TryClose(_holder, Limit));
        Task<AppendReply> append = harness.AppendAsync(harness.Record("value"));
        await PassAppendThreadAsync(harness);
        Assert.False(append.IsCompleted);

        harness.Time.Advance(Limit);
        Assert.Equal(ErrorCode.None, (await append).Error);
        Assert.False(harness.Gate.Open(_holder));
    }

    [Fact]
    public async Task ItHasOneHolder()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        var other = Guid.NewGuid();
        Assert.True(harness.Gate.TryClose(_holder, Limit));
        Assert.False(harness.Gate.TryClose(other, Limit));
        Assert.False(harness.Gate.Open(other));
        Assert.True(harness.Gate.Open(_holder));
        Assert.True(harness.Gate.TryClose(other, Limit));
        // The first one's limit is not that of the second.
        harness.Time.Advance(Limit / 2);
        Assert.True(harness.Gate.Open(other));
    }

    [Fact]
    public async Task AClosedLogManager_LetsEverythingGoOn()
    {
        LogHarness harness = await LogHarness.StartAsync();
        Assert.True(harness.Gate.TryClose(_holder, Limit));
        Task<AppendReply> append = harness.AppendAsync(harness.Record("value"));
        await harness.DisposeAsync();
        Assert.True((await append).Error is ErrorCode.None or ErrorCode.NotLeaderOrFollower);
        Assert.False(harness.Gate.TryClose(_holder, Limit));
    }

    // What was queued before has had its turn then.
    private static async Task PassAppendThreadAsync(LogHarness harness)
    {
        await harness.Io.Appends.RunAsync(() => { });
        await harness.Io.Appends.RunAsync(() => { });
    }
}
