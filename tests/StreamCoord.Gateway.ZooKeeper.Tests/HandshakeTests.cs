using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>How clients get their sessions, and how they do not.</summary>
public sealed class HandshakeTests(SiloFixture fixture)
{
    private static readonly byte[] NoPassword = new byte[16];

    [Theory]
    [InlineData(null, 36)]
    [InlineData(false, 37)]
    [InlineData(true, 37)]
    public async Task TheResponse_HasTheReadOnlyByteWhenTheRequestHas(bool? readOnly, int responseBytes)
    {
        await using ZooKeeperClient client = await fixture.DialAsync();

        await client.SendFrameAsync(new ConnectRequest(0, Zxid.Zero, 1_000, SessionId.None, NoPassword, readOnly));

        Assert.Equal(responseBytes, (await client.ReadFrameAsync()).Length);
    }

    [Fact]
    public async Task APasswordOfANewSession_IsNotLookedAt()
    {
        await using ZooKeeperClient client = await fixture.DialAsync();

        await client.SendFrameAsync(new ConnectRequest(0, Zxid.Zero, 1_000, SessionId.None, null, false));

        Assert.Equal(37, (await client.ReadFrameAsync()).Length);
    }

    [Theory]
    [InlineData(0, SiloFixture.SessionTimeoutMsMin)]
    [InlineData(-1, SiloFixture.SessionTimeoutMsMin)]
    [InlineData(1_000, 1_000)]
    [InlineData(int.MaxValue, SiloFixture.SessionTimeoutMsMax)]
    public async Task TheTimeout_IsNegotiated(int askedMs, int givenMs)
    {
        await using ZooKeeperClient client = await fixture.DialAsync();

        ConnectResponse session = await client.ConnectAsync(askedMs);

        Assert.Equal((givenMs, 16), (session.TimeoutMs, session.Password!.Value.Length));
        Assert.NotEqual(SessionId.None, session.Session);
    }

    [Fact]
    public async Task ALostConnection_LeavesTheSessionAndItsZnodes()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient first = await fixture.ConnectAsync();
        await first.CreateAsync(path, CreateMode.Ephemeral);
        await first.DisposeAsync();

        await using ZooKeeperClient second = await fixture.DialAsync();
        ConnectResponse again = await second.ConnectAsync(SiloFixture.SessionTimeoutMsMax, first.Session);

        Assert.Equal(first.Session.Session, again.Session);
        Assert.Equal(first.Session.Password!.Value.ToArray(), again.Password!.Value.ToArray());
        Assert.Equal(first.Session.Session, (await second.ExistsAsync(path)).Body<ExistsResponse>().Stat.EphemeralOwner);
    }

    [Fact]
    public async Task ASession_MovesToTheNewConnection()
    {
        await using ZooKeeperClient first = await fixture.ConnectAsync();
        await using ZooKeeperClient second = await fixture.DialAsync();

        await second.ConnectAsync(SiloFixture.SessionTimeoutMsMax, first.Session);

        Assert.Equal(0, await first.ReadToEndAsync());
        await second.PingAsync();
    }

    [Fact]
    public async Task AWrongPassword_IsRefusedAndDoesNotDisturbTheHolder()
    {
        await using ZooKeeperClient holder = await fixture.ConnectAsync();
        await using ZooKeeperClient thief = await fixture.DialAsync();

        ConnectResponse refused = await thief.ConnectAsync(1_000, holder.Session with { Password = NoPassword });

        Assert.Equal((0, SessionId.None), (refused.TimeoutMs, refused.Session));
        Assert.Equal(NoPassword, refused.Password!.Value.ToArray());
        Assert.Equal(0, await thief.ReadToEndAsync());
        await holder.PingAsync();
    }

    [Fact]
    public async Task ASessionThatIsNot_IsRefused()
    {
        await using ZooKeeperClient client = await fixture.DialAsync();

        ConnectResponse refused = await client.ConnectAsync(1_000, new ConnectResponse(0, 0, new SessionId(0x42), NoPassword, false));

        Assert.Equal((0, SessionId.None), (refused.TimeoutMs, refused.Session));
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AClosedSession_CannotBeResumed()
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        Assert.Equal(ZNodeError.Ok, (await client.AskAsync(Protocol.ZooKeeper.OpCode.CloseSession, default(EmptyRecord))).Error);
        Assert.Equal(0, await client.ReadToEndAsync());

        await using ZooKeeperClient again = await fixture.DialAsync();

        Assert.Equal(0, (await again.ConnectAsync(1_000, client.Session)).TimeoutMs);
    }

    [Fact]
    public async Task AClientThatHasSeenMore_IsSentAwayWithoutAWord()
    {
        await using ZooKeeperClient client = await fixture.DialAsync();
        await client.SendFrameAsync(new ConnectRequest(0, new Zxid(long.MaxValue), 1_000, SessionId.None, NoPassword, false));

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task ASessionWithoutSignsOfLife_EndsAndClosesItsConnection()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient silent = await fixture.DialAsync();
        await silent.ConnectAsync(SiloFixture.SessionTimeoutMsMin);
        await silent.CreateAsync(path, CreateMode.Ephemeral);
        await using ZooKeeperClient other = await fixture.ConnectAsync();

        Assert.Equal(0, await silent.ReadToEndAsync());

        (await other.ExistsAsync(path)).AssertError(ZNodeError.NoNode);
    }

    [Fact]
    public async Task APing_KeepsASessionAlive()
    {
        await using ZooKeeperClient client = await fixture.DialAsync();
        await client.ConnectAsync(SiloFixture.SessionTimeoutMsMin);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(SiloFixture.SessionTimeoutMsMin / 4));
        for (int i = 0; i < 16 && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken); i++)
        {
            await client.PingAsync();
        }

        (await client.ExistsAsync("/")).Body<ExistsResponse>();
    }
}
