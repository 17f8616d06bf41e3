using Microsoft.Extensions.Time.Testing;

namespace StreamCoord.Security.Tests.Quotas;

/// <summary>Whoever is refused tries again; the log does not.</summary>
public sealed class RefusalTellingTests
{
    [Fact]
    public void OneInTenSeconds_IsTold_WithTheNumberOfThoseBefore()
    {
        var time = new FakeTimeProvider();
        var telling = new RefusalTelling(time);

        Assert.True(telling.TryTell(out int untold));
        Assert.Equal(0, untold);
        Assert.False(telling.TryTell(out _));
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(telling.TryTell(out _));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(telling.TryTell(out untold));
        Assert.Equal(2, untold);
    }
}
