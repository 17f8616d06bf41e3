using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StreamCoord.Conformance.Tests.Kafka.Librdkafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Load;

/// <summary>A silo that is killed under load: sessions go on, ephemeral znodes are still there, and what was acknowledged is there exactly once.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private const int Sessions = 20;
    private const int Rounds = 2;
    private const string Root = "/restart";

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:ZooKeeper:TickTimeMs=6000");

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task SessionsAndTheirZnodes_OutliveTheSilosDeath()
    {
        string address = _silo.ZooKeeper;
        LoadSession[] sessions = [.. Enumerable.Range(0, Sessions).Select(_ => new LoadSession())];
        foreach ((int i, LoadSession session) in sessions.Index())
        {
            Assert.True(await session.TryConnectAsync(address));
            if (i == 0)
            {
                Assert.Equal(0, (await session.CallAsync(Request.Create(Root)))!.Value.Error);
            }
            Assert.Equal(0, (await session.CallAsync(Request.Create($"{Root}/mine-{i}", "", 1)))!.Value.Error);
        }
        long[] ids = [.. sessions.Select(session => session.Granted!.SessionId)];
        var acknowledged = new List<string>[Sessions];
        for (int i = 0; i < Sessions; i++)
        {
            acknowledged[i] = [];
        }

        for (int round = 0; round < Rounds; round++)
        {
            int before = acknowledged.Sum(names => names.Count);
            Task[] load = [.. sessions.Select((session, i) => CreateUntilCutAsync(session, i, acknowledged[i]))];
            await Eventually.HoldsAsync(() => acknowledged.Sum(Count) > before + 500);
            await _silo.KillAsync();
            await Task.WhenAll(load);
            await _silo.DisposeAsync();
            _silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:ZooKeeper:TickTimeMs=6000", $"--StreamCoord:ZooKeeper:Endpoint={address}");
            foreach (LoadSession session in sessions)
            {
                await Eventually.HoldsAsync(() => session.TryConnectAsync(address));
            }
        }

        Assert.Equal(ids, sessions.Select(session => session.Granted!.SessionId));
        for (int i = 0; i < Sessions; i++)
        {
            (int error, byte[] stat, _) = (await sessions[i].CallAsync(Request.Exists($"{Root}/mine-{i}")))!.Value;
            Assert.Equal(0, error);
            Assert.Equal(ids[i], BinaryPrimitives.ReadInt64BigEndian(stat.AsSpan(44)));
        }
        string[] children = Texts((await sessions[0].CallAsync(Request.GetChildren(Root)))!.Value.Body);
        string[] made = [.. acknowledged.SelectMany(names => names)];
        Assert.Equal(made.Length, made.Distinct().Count());
        Assert.Empty(made.Select(path => path[(Root.Length + 1)..]).Except(children));

        // One request of each session may have been carried out without an answer, each time.
        Assert.InRange(children.Length, made.Length + Sessions, made.Length + Sessions + (Sessions * Rounds));
        Assert.Equal(0, (await sessions[0].CallAsync(Request.Close()))!.Value.Error);
        Assert.DoesNotContain("mine-0", Texts((await sessions[1].CallAsync(Request.GetChildren(Root)))!.Value.Body));
        Array.ForEach(sessions, session => session.Dispose());

        static int Count(List<string> names)
        {
            lock (names)
            {
                return names.Count;
            }
        }
    }

    private static async Task CreateUntilCutAsync(LoadSession session, int number, List<string> acknowledged)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{Root}/s{number}-");
        while (await session.CallAsync(Request.Create(path, "data", 2)) is { } reply)
        {
            Assert.Equal(0, reply.Error);
            lock (acknowledged)
            {
                acknowledged.Add(Encoding.UTF8.GetString(reply.Body.AsSpan(4)));
            }
        }
    }

    private static string[] Texts(byte[] body)
    {
        string[] texts = new string[BinaryPrimitives.ReadInt32BigEndian(body)];
        int at = 4;
        for (int i = 0; i < texts.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at));
            texts[i] = Encoding.UTF8.GetString(body.AsSpan(at + 4, length));
            at += 4 + length;
        }
        return texts;
    }
}
