using System.Collections.Concurrent;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests;

/// <summary>
/// Faults of every kind, drawn from a seed, some while others last; in the end everything runs again. A disk is wiped only when all others have everything, for more than that nobody promises. Used by one caller.
/// </summary>
internal sealed class Schedule(TestCluster cluster, int seed)
{
    private const int FaultsMin = 3;
    private const int FaultsMax = 6;

    private readonly Random _random = new(seed);
    private readonly List<Task> _under = [];
    private readonly ConcurrentDictionary<ClusterNode, bool> _paused = new();
    private readonly List<string> _done = [];

    /// <summary>What was done, in its order.</summary>
    public string Describe() => string.Join("; ", _done);

    public async Task RunAsync()
    {
        int faults = _random.Next(FaultsMin, FaultsMax + 1);
        for (int i = 0; i < faults; i++)
        {
            await HurtAsync(cluster.Nodes[_random.Next(TestCluster.NodeCount)], _random.Next(100));
            await WaitAsync(200, 2_500);
        }
        await Task.WhenAll(_under);
        cluster.StartAll();
    }

    private Task HurtAsync(ClusterNode node, int kind) => _paused.ContainsKey(node) ? Task.CompletedTask : kind switch
    {
        < 35 => KillAsync(node),
        < 55 => TerminateAsync(node),
        < 75 => PauseAsync(node),
        < 85 => StopDatabaseAsync(),
        < 92 => KillAllAsync(),
        _ => WipeAsync(node),
    };

    private async Task KillAsync(ClusterNode node)
    {
        Note($"kill {node.Number}");
        await node.KillAsync();
        StartLater(node);
    }

    private Task TerminateAsync(ClusterNode node)
    {
        Note($"terminate {node.Number}");
        int afterMs = _random.Next(1_500);
        _under.Add(Task.Run(async () =>
        {
            await node.TerminateAsync();
            await Task.Delay(afterMs);
            node.Start();
        }));
        return Task.CompletedTask;
    }

    private Task PauseAsync(ClusterNode node)
    {
        int forMs = _random.Next(300, 7_000);
        Note(FormattableString.Invariant($"pause {node.Number} for {forMs} ms"));
        _paused[node] = true;
        node.Pause();
        _under.Add(Task.Run(async () =>
        {
            await Task.Delay(forMs);
            node.Resume();
            _paused.TryRemove(node, out _);
        }));
        return Task.CompletedTask;
    }

    private async Task StopDatabaseAsync()
    {
        int forMs = _random.Next(500, 4_000);
        Note(FormattableString.Invariant($"no database for {forMs} ms"));
        await cluster.Server.StopAsync();
        await Task.Delay(forMs);
        await cluster.Server.StartAgainAsync();
    }

    private async Task KillAllAsync()
    {
        Note("kill all");
        await cluster.KillAllAsync();
        foreach (ClusterNode node in cluster.Nodes)
        {
            StartLater(node);
        }
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

    private void StartLater(ClusterNode node)
    {
        int afterMs = _random.Next(1_500);
        _under.Add(Task.Run(async () =>
        {
            await Task.Delay(afterMs);
            node.Start();
        }));
    }

    private Task WaitAsync(int minMs, int maxMs) => Task.Delay(_random.Next(minMs, maxMs), TestContext.Current.CancellationToken);

    private void Note(string what) => _done.Add(what);
}
