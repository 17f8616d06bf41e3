using StreamCoord.Client.Producing;

namespace StreamCoord.Client.Tests;

/// <summary>Parts that need no cluster.</summary>
public sealed class BuildingBlockTests
{
    [Fact]
    public async Task WhoeverComesLater_DoesNotGetAhead()
    {
        var budget = new BufferBudget(100);
        Assert.True(budget.TryTake(80));
        Task large = budget.TakeAsync(50, TestContext.Current.CancellationToken);
        Assert.False(budget.TryTake(10));
        using var given = new CancellationTokenSource();
        Task small = budget.TakeAsync(10, given.Token);
        budget.Return(20);
        Assert.False(large.IsCompleted);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => small);
        budget.Return(20);
        await large;
        budget.Return(90);
        Assert.Equal(100, budget.FreeBytes);
    }
}
