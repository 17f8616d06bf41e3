using System.Diagnostics;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.ZNodes;

namespace StreamCoord.Benchmarks.ZooKeeper;

/// <summary>
/// A real silo over ZooKeeper's protocol, by hand-made frames: writes and reads by many sessions and by one, a thousand that watch, five thousand that come at once; or a million znodes. Requests
/// outstanding are those of all sessions together.
/// </summary>
internal static class ZooKeeperLoad
{
    private const int Rounds = 4;
    private const int DataBytes = 100;
    private const int Paths = 1_000;
    private const int Watchers = 1_000;
    private const int WatchRounds = 20;
    private const int ManySessions = 5_000;
    private const int Million = 1_000_000;
    private const string Watched = "/watched";
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);
    private static readonly byte[] Data = new byte[DataBytes];

    /// <summary>Measures all, or a million znodes only.</summary>
    public static async Task RunAsync(string assembly, bool isMillion)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        await (isMillion ? MeasureMillionAsync(silo) : MeasureAllAsync(silo));
        await silo.StopAsync();
    }

    private static async Task MeasureAllAsync(SiloProcess silo)
    {
        using (ZooKeeperLink link = new ZooKeeperLink(silo.ZooKeeper).Welcome())
        {
            Create(link, "/paths");
            await RunAsync([link], RequestTemplate.Create("/paths", Data), 1, Paths);
        }
        await MeasureRoundsAsync(silo, sessions: 64, outstanding: 1_000, count: 300_000);
        await MeasureRoundsAsync(silo, sessions: 8, outstanding: 64, count: 100_000);
        await MeasureRoundsAsync(silo, sessions: 1, outstanding: 1, count: 5_000);
        MeasureWatchers(silo);
        MeasureManySessions(silo);
        Console.WriteLine($"resident memory after it: {await silo.ResidentKilobytesAsync() / 1000} MB");
    }

    private static async Task MeasureRoundsAsync(SiloProcess silo, int sessions, int outstanding, int count)
    {
        ZooKeeperLink[] links = Connect(silo, sessions);
        for (int round = 0; round < Rounds; round++)
        {
            string root = $"/c{sessions}-{round}";
            Create(links[0], root);
            Report($"create, {sessions} sessions, {outstanding} outstanding", await RunAsync(links, RequestTemplate.Create(root, Data), outstanding, count));
            Report($"set, {sessions} sessions, {outstanding} outstanding", await RunAsync(links, RequestTemplate.Set("/paths", Data, Paths), outstanding, count));
            Report($"get, {sessions} sessions, {outstanding} outstanding", await RunAsync(links, RequestTemplate.Get("/paths", Paths), outstanding, count));
        }
        Dispose(links);
    }

    // From the set to the last of those who are told, all by one thread.
    private static void MeasureWatchers(SiloProcess silo)
    {
        ZooKeeperLink[] links = Connect(silo, Watchers + 1);
        ZooKeeperLink writer = links[^1];
        Create(writer, Watched);
        double[] milliseconds = new double[WatchRounds];
        for (int round = 0; round < WatchRounds; round++)
        {
            foreach (ZooKeeperLink link in links[..Watchers])
            {
                link.Ask(OpCode.GetData, new GetDataRequest(Watched, true));
            }
            long begun = Stopwatch.GetTimestamp();
            writer.Begin(OpCode.SetData, new SetDataRequest(Watched, Data, -1));
            foreach (ZooKeeperLink link in links[..Watchers])
            {
                link.Await();
            }
            milliseconds[round] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            writer.Await();
        }
        Array.Sort(milliseconds);
        Console.WriteLine($"one change to {Watchers:N0} watching sessions, the last one told: median {milliseconds[WatchRounds / 2]:N1} ms, at most {milliseconds[^1]:N1} ms");
        Dispose(links);
    }

    private static void MeasureManySessions(SiloProcess silo)
    {
        for (int round = 0; round < Rounds; round++)
        {
            long begun = Stopwatch.GetTimestamp();
            ZooKeeperLink[] links = Connect(silo, ManySessions);
            Console.WriteLine($"{ManySessions:N0} sessions, asked for all at once: {Stopwatch.GetElapsedTime(begun).TotalSeconds:N2} s");
            Dispose(links);
        }
    }

    private static async Task MeasureMillionAsync(SiloProcess silo)
    {
        ZooKeeperLink[] links = Connect(silo, 64);
        Create(links[0], "/million");
        Console.WriteLine($"resident before it: {await silo.ResidentKilobytesAsync() / 1000} MB");
        Report($"{Million:N0} znodes of {DataBytes} bytes, 64 sessions, 1,000 outstanding", await RunAsync(links, RequestTemplate.Create("/million", Data), 1_000, Million));
        Console.WriteLine($"resident at once: {await silo.ResidentKilobytesAsync() / 1000} MB");
        await Task.Delay(SettleTime, TimeProvider.System);
        Console.WriteLine($"resident after {SettleTime.TotalSeconds:N0} s: {await silo.ResidentKilobytesAsync() / 1000} MB");
        Dispose(links);
    }

    private static async Task<(TimeSpan Elapsed, long[] Latencies)> RunAsync(ZooKeeperLink[] links, RequestTemplate template, int outstanding, int count)
    {
        var numbers = new NumberSource(count);
        long[] latencies = new long[count];
        long begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(links.Select((link, i) => Task.Run(() => link.PumpAsync(template, (outstanding / links.Length) + (i < outstanding % links.Length ? 1 : 0), numbers, latencies))));
        return (Stopwatch.GetElapsedTime(begun), latencies);
    }

    private static void Report(string what, (TimeSpan Elapsed, long[] Latencies) run)
    {
        Array.Sort(run.Latencies);
        Console.WriteLine(
            $"{what}: {run.Latencies.Length / run.Elapsed.TotalSeconds:N0}/s in {run.Elapsed.TotalSeconds:N1} s, p50 {Percentile(run.Latencies, 0.5):N2} ms, p99 {Percentile(run.Latencies, 0.99):N2} ms, max {Percentile(run.Latencies, 1):N2} ms");
    }

    private static double Percentile(long[] sorted, double share) =>
        sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)] * 1_000.0 / Stopwatch.Frequency;

    private static void Create(ZooKeeperLink link, string path) => link.Ask(OpCode.Create, new CreateRequest(path, Data, AclEntry.Open, 0));

    // All ask before the first is answered.
    private static ZooKeeperLink[] Connect(SiloProcess silo, int count)
    {
        ZooKeeperLink[] links = [.. Enumerable.Range(0, count).Select(_ => new ZooKeeperLink(silo.ZooKeeper))];
        foreach (ZooKeeperLink link in links)
        {
            link.Welcome();
        }
        return links;
    }

    private static void Dispose(ZooKeeperLink[] links)
    {
        foreach (ZooKeeperLink link in links)
        {
            link.Dispose();
        }
    }
}
