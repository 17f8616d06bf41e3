using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Load;

/// <summary>Many clients at once, and some that are no good company.</summary>
public sealed class ManySessionsTests : IAsyncLifetime
{
    private const int Sessions = 5_000;
    private const int AtOnce = 100;

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() =>
        _silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:ZooKeeper:TickTimeMs=6000", "--StreamCoord:ZooKeeper:UnsentEventsMax=10000");

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task ThousandsAreHeld_AndAllAreToldOfAChange()
    {
        using LoadSession writer = await ConnectAsync();
        Assert.Equal(0, (await writer.CallAsync(Request.Create("/watched")))!.Value.Error);
        LoadSession[] sessions = new LoadSession[Sessions];
        await Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            sessions[i] = await ConnectAsync();
            Assert.Equal(0, (await sessions[i].CallAsync(Request.GetData("/watched", watch: true)))!.Value.Error);
        });
        Assert.Equal(Sessions, sessions.Select(session => session.Granted!.SessionId).Distinct().Count());

        Assert.Equal(0, (await writer.CallAsync(Request.SetData("/watched", "x")))!.Value.Error);
        foreach (LoadSession session in sessions)
        {
            await session.ReadEventAsync();
        }

        Assert.All(sessions, session => Assert.Equal([(3, "/watched")], session.Events));
        await Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            await sessions[i].CallAsync(Request.Close());
            sessions[i].Dispose();
        });
        Assert.Equal(0, (await writer.CallAsync(Request.GetData("/watched")))!.Value.Error);
    }

    /// <summary>One that never reads what it asked to be told: it is cut off in the end, and nobody else notices.</summary>
    [Fact]
    public async Task AClientThatNeverReads_HurtsNobody()
    {
        const int changesAtATime = 1_000;
        using LoadSession writer = await ConnectAsync(), reader = await ConnectAsync();
        string path = $"/{new string('x', 1_000)}";
        Assert.Equal(0, (await writer.CallAsync(Request.Create(path)))!.Value.Error);
        Assert.Equal(0, (await reader.CallAsync(Request.AddWatch(path, 0)))!.Value.Error);
        using RawConnection silent = await RawConnection.OpenAsync(_silo.ZooKeeper, receiveBufferBytes: 4_096);
        await silent.SendAsync(new ConnectRequest().ToFrame());
        ConnectReply granted = ConnectReply.Parse((await silent.ReadAsync())!);
        await silent.SendAsync(Request.AddWatch(path, 0));
        await silent.SendAsync(Request.Create("/silent", "", 1));
        await Eventually.HoldsAsync(async () => (await writer.CallAsync(Request.Exists("/silent")))!.Value.Error == 0);
        long before = await _silo.ResidentKilobytesAsync();
        int changes = 0;

        // Each event takes a kilobyte: these are more than any buffer between the two may hold.
        for (int round = 0; round < 30; round++)
        {
            for (int i = 0; i < changesAtATime; i++)
            {
                await writer.SendAsync(Request.SetData(path, ""));
            }
            for (int i = 0; i < changesAtATime; i++)
            {
                Assert.Equal(0, (await writer.ReadReplyAsync())!.Value.Error);
            }
            changes += changesAtATime;
            Assert.Equal(0, (await reader.CallAsync(Request.Exists(path)))!.Value.Error);
            Assert.Equal(changes, reader.Events.Count);
        }

        Assert.InRange(await _silo.ResidentKilobytesAsync() - before, long.MinValue, 200_000);
        using LoadSession other = await ConnectAsync();
        Assert.Equal(0, (await other.CallAsync(Request.GetData(path)))!.Value.Error);

        int told = 0;
        while (await silent.ReadAsync() is not null)
        {
            told++;
        }
        Assert.InRange(told, 1, changes - 1);

        // The session itself is not to blame: on another connection it goes on.
        (RawConnection connection, ConnectReply? again) = await RawConnection.ConnectAsync(_silo.ZooKeeper, new ConnectRequest { SessionId = granted.SessionId, Password = granted.Password });
        connection.Dispose();
        Assert.True(again?.IsAccepted);
    }

    private async Task<LoadSession> ConnectAsync()
    {
        var session = new LoadSession();
        Assert.True(await session.TryConnectAsync(_silo.ZooKeeper));
        return session;
    }
}
