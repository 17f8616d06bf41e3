using System.Collections.Concurrent;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Faults;

/// <summary>
/// Faults of every kind, drawn from a seed, some while others last; in the end everything runs again. A disk is wiped only when all others have everything, for more than that nobody promises. Used by one caller.
/// </summary>
internal sealed class Schedule(TestCluster cluster, string topicId, int seed)
{
    private const int FaultsMin = 2;
    private const int FaultsMax = 4;
    private const int PauseMsMax = 4_500;
    private const int CutMsMax = 5_000;
    private const int DatabaseMsMax = 3_000;
    private const int DownMsMax = 1_000;

    private readonly NetworkCuts _cuts = new(cluster, topicId);
    private readonly List<Task> _under = [];
    private readonly ConcurrentDictionary<ClusterNode, bool> _paused = new();
    private readonly ConcurrentQueue<string> _done = new();
    private volatile bool _isDatabaseHurt;

    /// <summary>What was done, in its order.</summary>
    public string Describe() => string.Join("; ", _done);

    /// <summary>Does it all. Returns when nothing is cut, paused or stopped any more.</summary>
    public async Task RunAsync()
    {
        var random = new Random(seed);
        int faults = random.Next(FaultsMin, FaultsMax + 1);
        try
        {
            for (int i = 0; i < faults; i++)
            {
                // Its own, so that what one of them draws does not change the next ones.
                await HurtAsync(new Random(random.Next()));
                await Task.Delay(random.Next(200, 1_500), TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(_under);
            cluster.StartAll();
        }
    }

    private Task HurtAsync(Random draw)
    {
        int kind = draw.Next(100);
        ClusterNode node = cluster.Nodes[draw.Next(TestCluster.NodeCount)];
        return kind switch
        {
            < 40 => CutAsync(draw),
            < 45 => HurtDatabaseAsync("stop the database", draw, cluster.Server.StopAsync, cluster.Server.StartAgainAsync),
            < 50 => HurtDatabaseAsync("pause the database", draw, () => Task.Run(cluster.Server.Pause), () => Task.Run(cluster.Server.Resume)),
            < 54 => KillAsync("kill all", cluster.Nodes, draw),
            < 60 => KillAsync($"kill all but {node.Number}", cluster.Nodes.Where(other => other != node), draw),
            < 64 => WipeAsync(node),
            < 67 => TerminateAllAsync(draw),
            _ when _paused.ContainsKey(node) => Task.CompletedTask,
            < 81 => KillAsync($"kill {node.Number}", [node], draw),
            < 89 => TerminateAsync(node, draw),
            _ => PauseAsync(node, draw),
        };
    }

    private async Task CutAsync(Random draw)
    {
        NetworkCut cut = await _cuts.DrawAsync(draw);
        int forMs = draw.Next(300, CutMsMax);
        if (cluster.Network is not { } network)
        {
            Note($"({cut.What}: the network cannot be cut here)");
            return;
        }
        Note(FormattableString.Invariant($"{cut.What} for {forMs} ms"));
        Func<Task> heal = await network.CutAsync(cut.Ways);
        Later(forMs, heal);
    }

    private async Task HurtDatabaseAsync(string what, Random draw, Func<Task> hurt, Func<Task> heal)
    {
        int forMs = draw.Next(500, DatabaseMsMax);
        if (_isDatabaseHurt)
        {
            return;
        }
        _isDatabaseHurt = true;
        Note(FormattableString.Invariant($"{what} for {forMs} ms"));
        await hurt();
        Later(forMs, async () =>
        {
            await heal();
            _isDatabaseHurt = false;
        });
    }

    private async Task KillAsync(string what, IEnumerable<ClusterNode> nodes, Random draw)
    {
        Note(what);
        ClusterNode[] killed = [.. nodes];
        await Task.WhenAll(killed.Select(node => node.KillAsync()));
        foreach (ClusterNode node in killed)
        {
            Later(draw.Next(DownMsMax), () => Start(node));
        }
    }

    private Task TerminateAsync(ClusterNode node, Random draw)
    {
        Note($"terminate {node.Number}");
        int forMs = draw.Next(DownMsMax);
        Later(0, async () =>
        {
            await node.TerminateAsync();
            await Task.Delay(forMs);
            node.Start();
        });
        return Task.CompletedTask;
    }

    private Task TerminateAllAsync(Random draw) => Task.WhenAll(cluster.Nodes.Where(node => !_paused.ContainsKey(node)).Select(node => TerminateAsync(node, draw)));

    private Task PauseAsync(ClusterNode node, Random draw)
    {
        int forMs = draw.Next(300, PauseMsMax);
        Note(FormattableString.Invariant($"pause {node.Number} for {forMs} ms"));
        _paused[node] = true;
        node.Pause();
        Later(forMs, () =>
        {
            node.Resume();
            _paused.TryRemove(node, out _);
            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }

    private async Task WipeAsync(ClusterNode node)
    {
        await Task.WhenAll(_under);
        cluster.StartAll();
        await cluster.AwaitWholeAsync();
        Note($"wipe {node.Number}");
        await node.KillAsync();
        node.Wipe();
        node.Start();
        // A second loss before it has been filled would be one too many.
        await cluster.AwaitWholeAsync();
    }

    private void Later(int afterMs, Func<Task> act) => _under.Add(Task.Run(async () =>
    {
        await Task.Delay(afterMs);
        await act();
    }));

    private static Task Start(ClusterNode node)
    {
        node.Start();
        return Task.CompletedTask;
    }

    private void Note(string what) => _done.Enqueue(FormattableString.Invariant($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}"));
}
