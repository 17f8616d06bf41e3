using System.Runtime.CompilerServices;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>Waits for what consumers and silos do by themselves.</summary>
internal static class Eventually
{
    /// <summary>Returns when the condition holds; fails, and says what was waited for, when it does not in time.</summary>
    public static async Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var limit = new CancellationTokenSource(ConsumerReads.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"In {ConsumerReads.Limit} it has not come to: {what}");
            }
        }
    }
}
