using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Benchmarks.Grains;
using StreamCoord.ZNodes;

namespace StreamCoord.Benchmarks.ZNodes;

/// <summary>Creates, sets, reads and watches of the znode tree of a silo in this process, durable, 100 bytes, with 1,000 outstanding.</summary>
internal static class ZNodeLoad
{
    private const int Outstanding = 1_000;
    private const int Count = 300_000;
    private const int WarmUpRounds = 2;
    private const int Rounds = 5;
    private const int Watchers = 10_000;

    public static Task RunAsync(string directory) =>
        InProcessSilo.RunAsync(directory, services => MeasureAsync(services.GetRequiredService<ICoordination>(), services.GetRequiredService<IGrainFactory>()));

    private static async Task MeasureAsync(ICoordination tree, IGrainFactory grains)
    {
        await tree.ReadyAsync(CancellationToken.None);
        byte[] data = new byte[100];
        await WriteAsync(tree, new CreateOperation("/bench", data, AclEntry.Open));
        for (int round = -WarmUpRounds; round < Rounds; round++)
        {
            Console.WriteLine(round < 0 ? "warming up" : $"round {round + 1} of {Rounds}");
            string parent = $"/bench/{round}";
            await WriteAsync(tree, new CreateOperation(parent, data, AclEntry.Open));
            await RunAsync("create", i => WriteAsync(tree, new CreateOperation($"{parent}/n{i:d7}", data, AclEntry.Open)));
            await RunAsync("set", i => WriteAsync(tree, new SetDataOperation($"{parent}/n{i % 1000:d7}", data)));
            await ReadByGrainAsync(grains, parent);
            await MeasureOneCallerAsync(tree, $"{parent}/n0000000", data);
        }
        await MeasureWatchersAsync(tree, data);
    }

    private static Task ReadByGrainAsync(IGrainFactory grains, string parent)
    {
        IZNodeGrain[] nodes = [.. Enumerable.Range(0, 1000).Select(i => grains.GetGrain<IZNodeGrain>($"{parent}/n{i:d7}"))];
        GetDataOperation[] reads = [.. Enumerable.Range(0, 1000).Select(i => new GetDataOperation($"{parent}/n{i:d7}"))];
        return RunAsync("get", async i => Require(await nodes[i % 1000].Read(ZNodeCaller.Anonymous, reads[i % 1000], Zxid.Zero)));
    }

    private static async Task MeasureOneCallerAsync(ICoordination tree, string path, byte[] data)
    {
        double[] microseconds = new double[10_000];
        for (int i = 0; i < microseconds.Length; i++)
        {
            long started = Stopwatch.GetTimestamp();
            await WriteAsync(tree, new SetDataOperation(path, data));
            microseconds[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }
        Array.Sort(microseconds);
        Console.WriteLine($"set, one caller: p50 {microseconds[5_000]:N0} µs, p99 {microseconds[9_900]:N0} µs");
    }

    private static async Task MeasureWatchersAsync(ICoordination tree, byte[] data)
    {
        await WriteAsync(tree, new CreateOperation("/watched", data, AclEntry.Open));
        for (int round = 0; round < Rounds; round++)
        {
            var sink = new CountingSink(Watchers);
            ICoordinationConnection[] connections = [.. Enumerable.Range(0, Watchers).Select(_ => tree.Connect(ZNodeCaller.Anonymous, sink))];
            foreach (ICoordinationConnection connection in connections)
            {
                connection.Request(1, new GetDataOperation("/watched"), watch: true);
            }
            await sink.AllReplied;
            long started = Stopwatch.GetTimestamp();
            await WriteAsync(tree, new SetDataOperation("/watched", data));
            double answered = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await sink.AllNotified;
            Console.WriteLine($"one change to {Watchers:N0} watchers: the writer is answered after {answered:N1} ms, the last watcher told after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N1} ms");
            foreach (ICoordinationConnection connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task RunAsync(string name, Func<int, Task> operation)
    {
        int next = -1;
        long started = Stopwatch.GetTimestamp();
        TimeSpan processorBefore = Environment.CpuUsage.TotalTime;
        await Task.WhenAll(Enumerable.Range(0, Outstanding).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < Count; i = Interlocked.Increment(ref next))
            {
                await operation(i);
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double processor = (Environment.CpuUsage.TotalTime - processorBefore).TotalMicroseconds / Count;
        Console.WriteLine($"{name}, {Outstanding:N0} outstanding: {Count / seconds:N0}/s, {processor:N1} µs of processor time each");
    }

    private static async Task WriteAsync(ICoordination tree, WriteOperation operation) => Require(await tree.RequestAsync(ZNodeCaller.Anonymous, operation));

    private static void Require(ZNodeReply reply)
    {
        if (!reply.IsOk)
        {
            throw new InvalidOperationException($"{reply.Error}: {reply.Message}");
        }
    }

    private sealed class CountingSink(int count) : IConnectionSink
    {
        private readonly TaskCompletionSource _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _notified = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _replies;
        private int _events;

        public Task AllReplied => _replied.Task;

        public Task AllNotified => _notified.Task;

        public void Event(WatchEvent watchEvent, bool replayed)
        {
            if (Interlocked.Increment(ref _events) == count)
            {
                _notified.SetResult();
            }
        }

        public void Reply(long tag, ZNodeReply reply)
        {
            if (Interlocked.Increment(ref _replies) == count)
            {
                _replied.SetResult();
            }
        }

        public void Flush()
        {
        }

        public void Broken(string reason) => _notified.TrySetException(new InvalidOperationException(reason));
    }
}
