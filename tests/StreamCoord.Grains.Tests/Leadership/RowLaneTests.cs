namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>How requests for partitions become few calls.</summary>
public sealed class RowLaneTests
{
    private static readonly TopicId Topic = TopicId.NewId();

    private readonly List<IReadOnlyList<(int Partition, string Name)>> _calls = [];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task WhatComesWhileACallIsUnderWay_IsTheNextCall_ButOnePartitionNotTwice()
    {
        var lane = new RowLane<(int Partition, string Name)>(AskAsync, request => (Topic, request.Partition));

        Task<LeadershipRow?> first = lane.AskAsync((0, "first"));
        await _begun.Task;
        Task<LeadershipRow?>[] next = [.. Enumerable.Range(0, 1_000).Select(i => lane.AskAsync((i, "next")))];
        Task<LeadershipRow?> again = lane.AskAsync((7, "again"));
        _first.SetResult();

        await Task.WhenAll([first, .. next, again]);
        Assert.Equal([1, 1_000, 1], _calls.Select(call => call.Count));
        Assert.Equal((7, "again"), _calls[^1].Single());
    }

    [Fact]
    public async Task AFailure_IsHeardByAllOfTheCall_AndTheNextGoesOn()
    {
        var lane = new RowLane<(int Partition, string Name)>(AskAsync, request => (Topic, request.Partition));

        Task<LeadershipRow?> failed = lane.AskAsync((0, "first"));
        await _begun.Task;
        Task<LeadershipRow?> next = lane.AskAsync((1, "next"));
        _first.SetException(new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(() => failed);
        Assert.Null(await next);
    }

    private async Task<IReadOnlyList<LeadershipRow>> AskAsync(IReadOnlyList<(int Partition, string Name)> requests)
    {
        _calls.Add(requests);
        _begun.TrySetResult();
        await (_calls.Count == 1 ? _first.Task : Task.CompletedTask);
        return [];
    }
}
