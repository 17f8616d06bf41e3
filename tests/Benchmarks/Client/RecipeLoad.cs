using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using StreamCoord.Client;
using StreamCoord.Client.Recipes;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Benchmarks.Client;

/// <summary>Locks and watches by the client library, durable, beside a real silo: a lock that changes hands between two apps, a thousand that wait for one lock, a configuration that ten thousand sessions watch.</summary>
internal static class RecipeLoad
{
    private const int HandOvers = 2_000;
    private const int Waiters = 1_000;
    private const int Watchers = 10_000;
    private const int OpeningAtOnce = 200;
    private const int Rounds = 3;
    private const int Changes = 10;

    public static async Task RunAsync(string assembly)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        using IHost one = await ClientHost.StartAsync(silo, directory.Path);
        using IHost two = await ClientHost.StartAsync(silo, directory.Path);
        await HandOverAsync(one.Client(), two.Client());
        await QueueAsync(one.Client());
        await WatchAsync(one.Client(), two.Client());
        await one.StopAsync();
        await two.StopAsync();
    }

    // From the call that gives the lock back to the one that has it, over two connections.
    private static async Task HandOverAsync(StreamCoordClient one, StreamCoordClient two)
    {
        await using ZNodeSession first = await one.OpenSessionAsync();
        await using ZNodeSession second = await two.OpenSessionAsync();
        DistributedLock[] sides = [new(first, "/bench/lock"), new(second, "/bench/lock")];
        for (int round = 0; round < Rounds; round++)
        {
            var taken = new List<double>(HandOvers);
            LockHold held = await sides[0].AcquireAsync();
            for (int i = 1; i <= HandOvers; i++)
            {
                Task<LockHold> next = sides[i % 2].AcquireAsync();
                while ((await first.GetChildrenAsync("/bench/lock")).Count < 2)
                {
                    await first.SyncAsync();
                }
                // It stands in the line; until it watches the one before it takes two more requests.
                await second.SyncAsync();
                await second.SyncAsync();
                long start = Stopwatch.GetTimestamp();
                Task released = held.DisposeAsync().AsTask();
                held = await next;
                taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                await released;
            }
            await held.DisposeAsync();
            Console.WriteLine($"a lock changes hands between two apps: {Percentiles(taken)}");
        }
    }

    private static async Task QueueAsync(StreamCoordClient client)
    {
        await using ZNodeSession session = await client.OpenSessionAsync();
        for (int round = 0; round < Rounds; round++)
        {
            LockHold first = await new DistributedLock(session, "/bench/queue").AcquireAsync();
            Task[] waiting = [.. Enumerable.Range(0, Waiters).Select(async _ => await (await new DistributedLock(session, "/bench/queue").AcquireAsync()).DisposeAsync())];
            while ((await session.GetChildrenAsync("/bench/queue")).Count <= Waiters)
            {
                await session.SyncAsync();
            }
            long start = Stopwatch.GetTimestamp();
            await first.DisposeAsync();
            await Task.WhenAll(waiting);
            Console.WriteLine($"{Waiters:N0} wait for one lock: {Stopwatch.GetElapsedTime(start).TotalMilliseconds / Waiters:N2} ms a holder");
        }
    }

    private static async Task WatchAsync(StreamCoordClient watching, StreamCoordClient changing)
    {
        await using ZNodeSession session = await changing.OpenSessionAsync();
        await session.EnsurePathAsync("/bench/config");
        var sessions = new List<ZNodeSession>();
        var options = new ZNodeSessionOptions { TimeoutMs = 40_000 };
        long opened = Stopwatch.GetTimestamp();
        while (sessions.Count < Watchers)
        {
            sessions.AddRange(await Task.WhenAll(Enumerable.Range(0, OpeningAtOnce).Select(_ => watching.OpenSessionAsync(options))));
        }
        Console.WriteLine($"{Watchers:N0} sessions opened in {Stopwatch.GetElapsedTime(opened).TotalSeconds:N1} s");
        for (int change = 0; change < Changes; change++)
        {
            var told = new Watched(Watchers);
            foreach (ZNodeSession[] some in sessions.Chunk(OpeningAtOnce))
            {
                await Task.WhenAll(some.Select(watcher => watcher.GetAsync("/bench/config", _ => told.Hear())));
            }
            told.Begin();
            await session.SetAsync("/bench/config", $"{change}");
            List<double> taken = await told.All;
            Console.WriteLine($"one change to {Watchers:N0} watching sessions: {Percentiles(taken)}");
        }
        foreach (ZNodeSession[] some in sessions.Chunk(OpeningAtOnce))
        {
            await Task.WhenAll(some.Select(watcher => watcher.DisposeAsync().AsTask()));
        }
    }

    private static string Percentiles(List<double> taken)
    {
        taken.Sort();
        return $"p50 {taken[taken.Count / 2]:N2} ms, p99 {taken[taken.Count * 99 / 100]:N2} ms, max {taken[^1]:N2} ms";
    }

    /// <summary>When each of many has heard of something. Safe for concurrent use.</summary>
    private sealed class Watched(int count)
    {
        private readonly TaskCompletionSource<List<double>> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<double> _taken = new(count);
        private long _start;

        public Task<List<double>> All => _all.Task;

        public void Begin() => _start = Stopwatch.GetTimestamp();

        public void Hear()
        {
            lock (_taken)
            {
                _taken.Add(Stopwatch.GetElapsedTime(_start).TotalMilliseconds);
                if (_taken.Count == count)
                {
                    _all.SetResult(_taken);
                }
            }
        }
    }
}
