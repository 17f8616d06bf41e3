using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>
/// What each client gets, in which order, while all of them change the same few znodes with many requests on their way: every reply and every event, one by one, against what the log and ZooKeeper's fire
/// table say.
/// </summary>
public sealed class SessionOrderTests(ITestOutputHelper output)
{
    private const int Clients = 6;
    private const int Steps = 800;
    private const string Root = "/w";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task UnderLoad_EventsComeOnceAndBeforeNewData(int run) => await RunAsync(run, disconnectEvery: int.MaxValue);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task UnderRandomDisconnects_NoEventIsLostOrDoubled(int run) => await RunAsync(run, disconnectEvery: 40);

    [Fact]
    public async Task Multis_AreNeverSeenTorn()
    {
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(new MultiOperation([Create("/m"), Create("/m/a"), Create("/m/b")]));
        const int Sets = 400;
        Task writing = Task.Run(async () =>
        {
            for (int i = 1; i <= Sets; i++)
            {
                byte[] data = BitConverter.GetBytes(i);
                await silo.MustAsync(new MultiOperation([new SetDataOperation("/m/a", data), new SetDataOperation("/m/b", data)]));
            }
        }, TestContext.Current.CancellationToken);
        int seen = 0;
        while (!writing.IsCompleted)
        {
            ZNodeReply both = await silo.MustAsync(new MultiReadOperation([new GetDataOperation("/m/a"), new GetDataOperation("/m/b")]));
            Assert.Equal(Number(both.Results![0]), Number(both.Results![1]));
            ZNodeReply a = await silo.MustAsync(new GetDataOperation("/m/a"));
            ZNodeReply b = await silo.Grains.GetGrain<IZNodeGrain>("/m/b").Read(ZNodeCaller.Anonymous, new GetDataOperation("/m/b"), a.Zxid);
            Assert.True(Number(b) >= Number(a) && Number(a) >= Number(both.Results[0]), $"b shows {Number(b)} after a has shown {Number(a)}.");
            seen++;
        }
        await writing;
        Assert.True(seen > 5);
    }

    [Fact]
    public async Task Checker_FindsLostDoubledAndLateEvents()
    {
        (IReadOnlyList<IReadOnlyList<Received>> good, IReadOnlyList<LogTransaction> log) = await RunAsync(0, disconnectEvery: int.MaxValue);
        List<Received> items = [.. good.Single()];
        int told = items.FindIndex(item => item.Event is not null);
        int reply = items.FindIndex(told, item => item.Reply is not null);

        Assert.NotNull(ClientRecord.FindProblem([[.. items[..told], .. items[(told + 1)..]]], log));
        Assert.NotNull(ClientRecord.FindProblem([[.. items[..told], items[told], .. items[told..]]], log));
        Assert.NotNull(ClientRecord.FindProblem([[.. items[..told], .. items[(told + 1)..(reply + 1)], items[told], .. items[(reply + 1)..]]], log));
    }

    private static CreateOperation Create(string path) => new(path, new byte[4], AclEntry.Open);

    private static int Number(ZNodeReply reply) => BitConverter.ToInt32(reply.Data!.Value.Span);

    private async Task<(IReadOnlyList<IReadOnlyList<Received>> Received, IReadOnlyList<LogTransaction> Log)> RunAsync(int run, int disconnectEvery)
    {
        int seed = unchecked(TestSeed.Next() + run);
        output.WriteLine($"STREAMCOORD_TEST_SEED={unchecked(seed - run)}");
        await using TreeSilo silo = await TreeSilo.StartAsync();
        await silo.MustAsync(Create(Root));
        var clients = new WatchingClient[Clients];
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            var random = new Random(unchecked(seed + (1000 * i)));
            clients[i] = new WatchingClient(silo.Tree, random);
            for (int step = 0; step < Steps; step++)
            {
                await clients[i].StepAsync(() => NextPath(random));
                if (random.Next(disconnectEvery) == 1)
                {
                    await clients[i].DisconnectAsync();
                }
            }
        })));
        foreach (WatchingClient client in clients)
        {
            await client.CompleteAsync();
            await client.DisposeAsync();
        }
        IReadOnlyList<LogTransaction> log = await LogTransaction.ReadAllAsync(silo.Log);
        foreach (WatchingClient client in clients)
        {
            Assert.Empty(client.BreakReasons);
            string? problem = ClientRecord.FindProblem(client.Received, log);
            Assert.True(problem is null, problem);
        }
        IEnumerable<Received> all = clients.SelectMany(client => client.Received).SelectMany(items => items);
        output.WriteLine($"{all.Count(item => item.Event is not null)} events, {all.Count(item => item.IsReplayed)} of them replayed, {log.Count} transactions");
        return (clients[0].Received, log);
    }

    // Few znodes, so that the clients meet; two levels, so that children come and go.
    private static string NextPath(Random random) => random.Next(3) == 0 ? $"{Root}/{random.Next(3)}" : random.Next(8) == 0 ? Root : $"{Root}/{random.Next(3)}/{random.Next(3)}";
}
