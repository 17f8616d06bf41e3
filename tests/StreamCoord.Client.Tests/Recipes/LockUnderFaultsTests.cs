using StreamCoord.Client.Recipes;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing;

namespace StreamCoord.Client.Tests.Recipes;

/// <summary>A lock over connections that break at any call.</summary>
public sealed class LockUnderFaultsTests(ITestOutputHelper output)
{
    private const int Holders = 4;
    private const int Rounds = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OneHoldsIt_AndNobodyWaitsForEver()
    {
        await using var silo = new InsideSilo();
        await silo.InitializeAsync();
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        List<ZNodeSession> sessions = [];
        for (int i = 0; i < Holders; i++)
        {
            sessions.Add(await silo.Client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 40_000 }, Stop));
        }
        silo.Faults.Begin(seed, oneIn: 20);
        int inside = 0;
        List<Zxid> tokens = [];

        await Task.WhenAll(sessions.Select(session => Task.Run(() => WorkAsync(session), Stop)));

        silo.Faults.Begin(seed, oneIn: 0);
        Assert.Equal(Holders * Rounds, tokens.Count);
        Assert.Equal(tokens.Order(), tokens);
        Assert.Empty(await sessions[0].GetChildrenAsync("/lock", cancellationToken: Stop));
        Assert.True(silo.Faults.Count > 20);
        foreach (ZNodeSession session in sessions)
        {
            await session.DisposeAsync();
        }

        async Task WorkAsync(ZNodeSession session)
        {
            for (int round = 0; round < Rounds; round++)
            {
                await using LockHold hold = await new DistributedLock(session, "/lock").AcquireAsync(Stop);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                tokens.Add(hold.FencingToken);
                await session.ExistsAsync("/lock", cancellationToken: Stop);
                Interlocked.Decrement(ref inside);
            }
        }
    }
}
