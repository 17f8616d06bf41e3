using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.ZNodes;

namespace StreamCoord.Benchmarks.ZNodes;

/// <summary>
/// A million znodes of 100 bytes in a real silo, each created by a transaction of its own, by grain calls of an Orleans client in this process: how long it takes, what they weigh, how soon a restart
/// serves them, what compaction leaves.
/// </summary>
internal static class MillionLoad
{
    private const int Count = 1_000_000;
    private const int PerCall = 250;
    private const int CallsUnderWay = 4;
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CompactionLimit = TimeSpan.FromSeconds(120);

    public static async Task RunAsync(string assembly)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        using var directory = new TemporaryDirectory();
        await using (SiloProcess silo = await StartAsync(directory.Path))
        {
            await SendAsync(silo, "/v1/znodes/million?mode=persistent", "x");
            using IHost client = await ConnectAsync(silo, directory.Path);
            IZNodeTreeGrain tree = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IZNodeTreeGrain>($"1/{IZNodeTreeGrain.TreeName}");
            Stopwatch watch = Stopwatch.StartNew();
            await Parallel.ForAsync(0, Count / PerCall, new ParallelOptions { MaxDegreeOfParallelism = CallsUnderWay }, async (call, _) =>
                await CreateAsync(tree, call));
            Console.WriteLine($"{Count:N0} znodes of 100 bytes created in {watch.Elapsed.TotalSeconds:N1} s; resident {ResidentMegabytes(silo.Id):N0} MB at once");
            await Task.Delay(SettleTime, TimeProvider.System);
            Console.WriteLine($"resident {ResidentMegabytes(silo.Id):N0} MB after {SettleTime.TotalSeconds:N0} s, disk {DiskMegabytes(directory.Path):N0} MB");
            await client.StopAsync();
            await silo.KillAsync();
        }
        await RestartAsync(directory.Path, "kill -9");
        await RestartAsync(directory.Path, "a clean stop");
        await CompactAsync(directory.Path);
    }

    private static async Task RestartAsync(string directory, string after)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await using SiloProcess silo = await StartAsync(directory);
        double seconds = watch.Elapsed.TotalSeconds;
        string last = await silo.Http.GetStringAsync("/v1/znodes/million/n0999999");
        Console.WriteLine($"restart after {after}: serves after {seconds:N2} s, resident {ResidentMegabytes(silo.Id):N0} MB ({last.Length} characters of the last znode)");
        await Task.Delay(SettleTime, TimeProvider.System);
        Console.WriteLine($"resident {ResidentMegabytes(silo.Id):N0} MB after {SettleTime.TotalSeconds:N0} s");
        await silo.StopAsync();
    }

    private static async Task CompactAsync(string directory)
    {
        await using SiloProcess silo = await StartAsync(directory, "--StreamCoord:ZNodes:HistoryMs=0", "--StreamCoord:Log:MaintenanceIntervalMs=1000");
        Stopwatch watch = Stopwatch.StartNew();
        double smallest = DiskMegabytes(directory);
        Console.WriteLine($"disk before compaction: {smallest:N0} MB");
        while (watch.Elapsed < CompactionLimit)
        {
            await Task.Delay(SettleTime, TimeProvider.System);
            smallest = Math.Min(smallest, DiskMegabytes(directory));
        }
        Console.WriteLine($"disk after compaction: {smallest:N0} MB, resident {ResidentMegabytes(silo.Id):N0} MB");
        await silo.StopAsync();
    }

    private static Task<SiloProcess> StartAsync(string directory, params string[] options) => SiloProcess.StartAsync(directory, options);

    private static async Task<IHost> ConnectAsync(SiloProcess silo, string directory)
    {
        using JsonDocument clusters = JsonDocument.Parse(await silo.Http.GetStringAsync("/v3/clusters"));
        using JsonDocument endpoints = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "endpoints.json")));
        string clusterId = clusters.RootElement.GetProperty("data")[0].GetProperty("cluster_id").GetString()!;
        IPEndPoint gateway = IPEndPoint.Parse(endpoints.RootElement.GetProperty("gateway").GetString()!);
        IHost client = new HostBuilder().UseOrleansClient(orleans => orleans
            .UseStaticClustering(gateway)
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (clusterId, "streamcoord"))).Build();
        await client.StartAsync();
        return client;
    }

    private static async Task CreateAsync(IZNodeTreeGrain tree, int call)
    {
        byte[] data = new byte[100];
        WriteRequest[] requests = [.. Enumerable.Range(call * PerCall, PerCall).Select(i =>
            new WriteRequest(ZNodeCaller.Anonymous, new CreateOperation($"/million/n{i:d7}", data, AclEntry.Open)))];
        WriteBatchReply reply = await tree.Submit(new WriteBatch(Guid.Empty, 0, LeaderEpoch.Unknown, requests));
        if (reply.Replies.FirstOrDefault(one => !one.IsOk) is { } failed)
        {
            throw new InvalidOperationException($"{failed.Error}: {failed.Message}");
        }
    }

    private static async Task SendAsync(SiloProcess silo, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await silo.Http.PostAsync(path, content);
        response.EnsureSuccessStatusCode();
    }

    private static double DiskMegabytes(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0) / 1e6;

    private static double ResidentMegabytes(int processId)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1000;
    }
}
