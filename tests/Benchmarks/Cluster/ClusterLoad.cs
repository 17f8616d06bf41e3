using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using StreamCoord.Benchmarks.Kafka;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Benchmarks.Cluster;

/// <summary>Three silos on one machine over Kafka's protocol: what copies cost, how long a partition takes no records when its leader goes, how soon a silo catches up, and how soon many partitions are led.</summary>
internal static class ClusterLoad
{
    private const short ProduceVersion = 7;
    private const int Rounds = 3;
    private const int Kills = 20;
    private const int HandOvers = 6;
    private const string Copied = "copied";

    /// <summary>Measures what is asked for: rate, latency, kill, stop, catchup, partitions; all of it without a name.</summary>
    public static async Task RunAsync(string assembly, IReadOnlyCollection<string> what)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        await using BenchmarkCluster cluster = await BenchmarkCluster.StartAsync();
        cluster.CreateTopic(Copied, 1, BenchmarkCluster.NodeCount);
        await cluster.AwaitWholeAsync(Copied);
        (string, Func<BenchmarkCluster, Task>)[] all =
        [
            ("rate", MeasureRateAsync), ("latency", MeasureLatencyAsync), ("kill", MeasureKillsAsync), ("stop", MeasureStopsAsync), ("catchup", MeasureCatchUpAsync), ("partitions", MeasurePartitionsAsync),
        ];
        foreach ((string name, Func<BenchmarkCluster, Task> measure) in all)
        {
            if (what.Count == 0 || what.Contains(name))
            {
                await measure(cluster);
            }
        }
    }

    private static Task MeasureRateAsync(BenchmarkCluster cluster)
    {
        cluster.CreateTopic("alone", 1, 1);
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string topic in new[] { "alone", Copied })
            {
                int leader = cluster.FindLeader(topic)!.Value;
                using KafkaLink link = cluster.Connect(leader);
                KafkaLoad.Pump(cluster.Silo(leader), link, $"produce 64 KiB to '{topic}', 5 in flight, flushed", KafkaLoad.Produce(topic, 64 * 1024), 5, 200_000_000);
            }
        }
        return Task.CompletedTask;
    }

    private static Task MeasureLatencyAsync(BenchmarkCluster cluster)
    {
        using KafkaLink link = cluster.Connect(cluster.FindLeader(Copied)!.Value);
        for (int round = 0; round < Rounds; round++)
        {
            Pace(link, Copied, TimeSpan.FromSeconds(10)).Report("produce with three copies at 1,000 records/s, flushed", 0, null);
        }
        return Task.CompletedTask;
    }

    // One record every millisecond, sent when it is due, whether or not those before it are answered; timed from when it was due.
    private static Latencies Pace(KafkaLink link, string topic, TimeSpan duration)
    {
        byte[] frame = KafkaLink.Frame(KafkaLoad.Produce(topic, 100), ProduceVersion);
        int count = (int)duration.TotalMilliseconds;
        long begun = Stopwatch.GetTimestamp();
        var latencies = new Latencies();
        var receiving = new Thread(() =>
        {
            for (int i = 0; i < count; i++)
            {
                KafkaLoad.Check(link.Receive());
                latencies.Add(Stopwatch.GetElapsedTime(begun) - TimeSpan.FromMilliseconds(i));
            }
        });
        receiving.Start();
        for (int i = 0; i < count; i++)
        {
            while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < i)
            {
                Thread.Sleep(1); // The shortest that sleeps: less than a millisecond is a thread that spins, on a processor that the silos need.
            }
            link.Send(frame);
        }
        receiving.Join();
        return latencies;
    }

    private static async Task MeasureKillsAsync(BenchmarkCluster cluster)
    {
        var latencies = new Latencies();
        for (int kill = 0; kill < Kills; kill++)
        {
            int leader = cluster.FindLeader(Copied)!.Value;
            long since = Stopwatch.GetTimestamp();
            await cluster.KillAsync(leader);
            await AppendAsync(cluster);
            latencies.Add(Stopwatch.GetElapsedTime(since));
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(since).TotalMilliseconds:N0} "));
            await cluster.StartAsync(leader);
            await cluster.AwaitWholeAsync(Copied);
        }
        Console.WriteLine("ms");
        latencies.Report($"kill -9 of the leader to the next acknowledged record, {Kills} times", 0, null);
    }

    private static async Task MeasureStopsAsync(BenchmarkCluster cluster)
    {
        var latencies = new Latencies();
        for (int stop = 0; stop < HandOvers; stop++)
        {
            int leader = cluster.FindLeader(Copied)!.Value;
            Task stopping = cluster.StopAsync(leader);
            TimeSpan longest = TimeSpan.Zero;
            while (!stopping.IsCompleted)
            {
                long since = Stopwatch.GetTimestamp();
                await AppendAsync(cluster);
                longest = Stopwatch.GetElapsedTime(since) > longest ? Stopwatch.GetElapsedTime(since) : longest;
            }
            await stopping;
            latencies.Add(longest);
            await cluster.StartAsync(leader);
            await cluster.AwaitWholeAsync(Copied);
        }
        latencies.Report($"SIGTERM of the leader: the longest time until a record was acknowledged, {HandOvers} times", 0, null);
    }

    // As clients do: whatever is answered, the metadata say where to try next.
    private static async Task AppendAsync(BenchmarkCluster cluster)
    {
        while (true)
        {
            try
            {
                if (cluster.FindLeader(Copied) is { } leader)
                {
                    using KafkaLink link = cluster.Connect(leader);
                    link.Send(KafkaLink.Frame(KafkaLoad.Produce(Copied, 100), ProduceVersion));
                    KafkaLoad.Check(link.Receive());
                    return;
                }
            }
            catch (Exception failure) when (failure is IOException or SocketException or InvalidOperationException)
            {
                // Not there, or not yet.
            }
            await Task.Delay(5);
        }
    }

    private static async Task MeasureCatchUpAsync(BenchmarkCluster cluster)
    {
        const long Bytes = 1_000_000_000;
        int leader = cluster.FindLeader(Copied)!.Value;
        using KafkaLink link = cluster.Connect(leader);
        (await Task.Run(() => Pace(link, Copied, TimeSpan.FromSeconds(10)))).Report("produce at 1,000 records/s, with all copies", 0, null);
        int follower = leader % BenchmarkCluster.NodeCount + 1;
        await cluster.KillAsync(follower);
        await AppendAsync(cluster);
        KafkaLoad.Pump(cluster.Silo(leader), link, "filling, with two copies", KafkaLoad.Produce(Copied, 1_000_000), 5, Bytes);
        await cluster.StartAsync(follower);
        long since = Stopwatch.GetTimestamp();
        Task whole = Task.Run(() => cluster.AwaitWholeAsync(Copied));
        var latencies = new Latencies();
        while (!whole.IsCompleted)
        {
            latencies = await Task.Run(() => Pace(link, Copied, TimeSpan.FromSeconds(1)));
        }
        TimeSpan took = Stopwatch.GetElapsedTime(since);
        latencies.Report("produce at 1,000 records/s while a copy catches up, the last second of it", 0, null);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a copy is in sync again {took.TotalSeconds:N1} s after its silo serves: {Bytes / took.TotalSeconds / 1e6:N0} MB/s"));
    }

    private static async Task MeasurePartitionsAsync(BenchmarkCluster cluster)
    {
        string[] topics = [.. Enumerable.Range(0, 5).Select(i => $"many{i}")];
        foreach (string topic in topics)
        {
            cluster.CreateTopic(topic, 1_000, BenchmarkCluster.NodeCount);
            await cluster.AwaitWholeAsync(topic);
        }
        foreach (int node in Enumerable.Range(1, BenchmarkCluster.NodeCount))
        {
            await cluster.KillAsync(node);
        }
        long since = Stopwatch.GetTimestamp();
        await cluster.StartAllAsync();
        TimeSpan serving = Stopwatch.GetElapsedTime(since);
        foreach (string topic in topics)
        {
            await cluster.AwaitWholeAsync(topic);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"5,000 partitions with three copies, after kill -9 of all: silos serve after {serving.TotalSeconds:N1} s, every partition is led and in sync after {Stopwatch.GetElapsedTime(since).TotalSeconds:N1} s"));
    }
}
