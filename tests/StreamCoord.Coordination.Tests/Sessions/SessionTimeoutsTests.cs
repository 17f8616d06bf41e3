using StreamCoord.Coordination.Sessions;

namespace StreamCoord.Coordination.Tests.Sessions;

public sealed class SessionTimeoutsTests
{
    [Theory]
    [InlineData(0, 4_000)]
    [InlineData(-1, 4_000)]
    [InlineData(4_000, 4_000)]
    [InlineData(10_001, 10_001)]
    [InlineData(40_000, 40_000)]
    [InlineData(int.MaxValue, 40_000)]
    public void A_timeout_lies_within_what_is_allowed(int requestedMs, int expectedMs) =>
        Assert.Equal(expectedMs, SessionTimeouts.Negotiate(requestedMs, 4_000, 40_000));
}
