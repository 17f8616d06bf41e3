using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>
/// Concurrent clients of all front doors (the silo's service, the sequencer's grain, the znodes' grains) on a few znodes: what they were told is explained by one order that real time allows.
/// </summary>
public sealed class LinearizabilityTests(ITestOutputHelper output)
{
    private const int Clients = 12;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SingleOperations_AreLinearizable_ByRealTimeAlone(int run)
    {
        (History history, Zxid first) = await RunAsync(run, operationsPerClient: 70, withMultis: false);

        Assert.Null(ZxidOrderChecker.FindProblem(history.Observations, first));
        foreach (IGrouping<string, Observation> key in ByKey(history.Observations))
        {
            Assert.True(RegisterChecker.IsLinearizable(key), $"No order explains what was seen of {key.Key}.");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WithMultisAndSessions_TheOrderOfZxidsExplainsEveryReply(int run)
    {
        (History history, Zxid first) = await RunAsync(run, operationsPerClient: 150, withMultis: true);

        Assert.Null(ZxidOrderChecker.FindProblem(history.Observations, first));
        Assert.Contains(history.Observations, one => one.Operation is MultiOperation && one.Reply.IsOk);
        Assert.Contains(history.Observations, one => one.Operation is MultiOperation && !one.Reply.IsOk);
    }

    [Fact]
    public async Task Checkers_FindHistoriesThatAreWrong()
    {
        (History history, Zxid first) = await RunAsync(0, operationsPerClient: 40, withMultis: false);
        Observation[] good = [.. history.Observations];
        int write = Array.FindIndex(good, one => one.Operation is SetDataOperation && one.Reply.IsOk);
        int read = Array.FindLastIndex(good, one => one.Operation is GetDataOperation && one.IsBarred && one.Reply.IsOk);

        Assert.NotNull(ZxidOrderChecker.FindProblem(Replace(good, write, one => one with { Reply = one.Reply with { Zxid = one.Reply.Zxid.Next() } }), first));
        Assert.NotNull(ZxidOrderChecker.FindProblem(Replace(good, write, one => one with { Reply = one.Reply with { Error = ZNodeError.BadVersion } }), first));
        Assert.NotNull(ZxidOrderChecker.FindProblem(Replace(good, read, one => one with { Reply = one.Reply with { Data = new byte[4] } }), first));
        Assert.NotNull(ZxidOrderChecker.FindProblem(Replace(good, write, one => one with { Began = history.Now(), Ended = history.Now() }), first));
        Assert.False(IsLinearizable(Replace(good, read, one => one with { Reply = one.Reply with { Data = new byte[4] } })));
        Assert.False(IsLinearizable(Replace(good, write, one => one with { Reply = one.Reply with { Stat = one.Reply.Stat!.Value with { Version = 10_000 } } })));
    }

    [Fact]
    public void RegisterChecker_FindsAStaleRead()
    {
        Observation[] history =
        [
            Seen(new CreateOperation("/a", Data(1), AclEntry.Open), 1, 2, 0, 1),
            Seen(new SetDataOperation("/a", Data(2)), 3, 4, 1, 2),
            Seen(new GetDataOperation("/a"), 5, 6, 0, 1),
        ];

        Assert.False(RegisterChecker.IsLinearizable(history));
        Assert.True(RegisterChecker.IsLinearizable(Replace(history, 2, one => one with { Began = 1, Ended = 6 })));
        Assert.True(RegisterChecker.IsLinearizable(Replace(history, 2, one => one with { Reply = one.Reply with { Stat = history[1].Reply.Stat, Data = Data(2) } })));
    }

    private static Observation Seen(ZNodeOperation operation, long began, long ended, int version, int data) =>
        new(0, ZNodeCaller.Anonymous, operation, new ZNodeReply { Stat = default(ZNodeStat) with { Version = version }, Data = Data(data) }, began, ended, true);

    private static Observation[] Replace(Observation[] history, int index, Func<Observation, Observation> change) => [.. history.Select((one, i) => i == index ? change(one) : one)];

    private static bool IsLinearizable(IEnumerable<Observation> history) => ByKey(history).All(RegisterChecker.IsLinearizable);

    private static IEnumerable<IGrouping<string, Observation>> ByKey(IEnumerable<Observation> history) =>
        history.Where(one => one.IsWrite || one.IsBarred).GroupBy(one => RegisterChecker.PathOf(one.Operation)).Where(key => key.Key != "/t");

    private static byte[] Data(int number) => BitConverter.GetBytes(number);

    private async Task<(History History, Zxid First)> RunAsync(int run, int operationsPerClient, bool withMultis)
    {
        int seed = unchecked(TestSeed.Next() + run);
        output.WriteLine($"STREAMCOORD_TEST_SEED={unchecked(seed - run)}");
        await using TreeSilo silo = await TreeSilo.StartAsync();
        Zxid first = silo.Tree.AppliedZxid;
        var history = new History();
        await history.ObserveAsync(0, ZNodeCaller.Anonymous, Root, true, () => silo.RunAsync(Root));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var worker = new TreeWorker(silo, history, client, new Random(unchecked(seed + (1000 * client))));
            for (int i = 0; i < operationsPerClient; i++)
            {
                await worker.StepAsync(withMultis);
            }
        })));
        return (history, first);
    }

    private static CreateOperation Root { get; } = new("/t", Data(0), AclEntry.Open);
}
