
namespace StreamCoord.Security.Tests.Quotas;

public sealed class TokenBucketTests
{
    [Fact]
    public void ABucket_MayBeOverdrawnOnce_AndThenFillsAgain()
    {
        var bucket = new TokenBucket();

        Assert.Equal((true, TimeSpan.Zero), bucket.TryTake(30, 2, TimeSpan.Zero));
        Assert.Equal((false, TimeSpan.FromSeconds(4)), bucket.TryTake(1, 2, TimeSpan.Zero));
        Assert.Equal((false, TimeSpan.FromSeconds(1)), bucket.TryTake(1, 2, TimeSpan.FromSeconds(3)));
        Assert.True(bucket.TryTake(1, 2, TimeSpan.FromSeconds(4)).IsTaken);
        Assert.False(bucket.TryTake(1, 2, TimeSpan.FromSeconds(4)).IsTaken);
    }

    [Fact]
    public void ItHoldsNoMoreThanAWindow()
    {
        var bucket = new TokenBucket();
        bucket.Take(1, 2, TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromSeconds(4), bucket.Take(30, 2, TimeSpan.FromHours(1)));
    }
}
