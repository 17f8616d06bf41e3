using StreamCoord.Gateway.Kafka.Connections;

namespace StreamCoord.Gateway.Kafka.Tests.Connections;

/// <summary>Nobody holds more than there is, nobody is passed by, and what is too large for all waits only to be alone.</summary>
public sealed class ByteBudgetTests
{
    [Fact]
    public void Take_WaitsForRoom_InTheOrderOfTheTakers()
    {
        var budget = new ByteBudget(10);
        Task first = budget.TakeAsync(6);
        Task large = budget.TakeAsync(6);
        Task small = budget.TakeAsync(1);
        Assert.Equal((true, false, false), (first.IsCompleted, large.IsCompleted, small.IsCompleted));

        budget.Return(6);

        Assert.Equal((true, true), (large.IsCompleted, small.IsCompleted));
    }

    [Fact]
    public void Take_OfMoreThanThereIs_WaitsToBeAlone()
    {
        var budget = new ByteBudget(10);
        Assert.True(budget.TakeAsync(1).IsCompleted);
        Task huge = budget.TakeAsync(100);
        Assert.False(huge.IsCompleted);

        budget.Return(1);
        Assert.True(huge.IsCompleted);
        Task after = budget.TakeAsync(1);
        Assert.False(after.IsCompleted);

        budget.Return(100);
        Assert.True(after.IsCompleted);
    }
}
