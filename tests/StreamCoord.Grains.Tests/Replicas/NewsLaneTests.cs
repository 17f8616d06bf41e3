using StreamCoord.Grains.Replicas;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>How news of partitions become few calls.</summary>
public sealed class NewsLaneTests : IDisposable
{
    private readonly List<TaskCompletionSource> _calls = [];
    private readonly List<int> _counts = [];
    private readonly SemaphoreSlim _told = new(0);

    public void Dispose() => _told.Dispose();

    [Fact]
    public async Task WhatComesWhileCallsAreUnderWay_IsToldTogether_AndEndsWhenItIsTold()
    {
        var lane = new NewsLane(TellAsync);
        List<Task> first = [];
        while (first.Count < 4)
        {
            first.Add(lane.TellAsync([Row(first.Count)]));
            await _told.WaitAsync(TestContext.Current.CancellationToken);
        }

        Task[] rest = [.. Enumerable.Range(4, 900).Select(i => lane.TellAsync([Row(i)]))];
        Assert.Equal(4, _calls.Count);
        _calls[0].SetResult();
        await _told.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 1, 1, 1, 900], _counts);
        await Task.WhenAny(first);
        Assert.DoesNotContain(rest, told => told.IsCompleted);
        foreach (TaskCompletionSource call in _calls.Skip(1))
        {
            call.SetResult();
        }
        await Task.WhenAll([.. first, .. rest]);
    }

    private static LeadershipRow Row(int partition) =>
        new(InternalTopics.ZNodesId, partition, new Assignment([new NodeId(1)], [], []), new LeaderEpoch(1), new NodeId(1), new InSyncSet([], 1));

    private async Task TellAsync(IReadOnlyList<LeadershipNews> news)
    {
        var call = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_counts)
        {
            _counts.Add(news.Count);
            _calls.Add(call);
        }
        _told.Release();
        await call.Task;
    }
}
