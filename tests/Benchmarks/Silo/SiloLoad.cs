using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Benchmarks.Silo;

/// <summary>A real silo from outside, over HTTP: how soon it serves, what it holds, how fast it takes a file.</summary>
internal static class SiloLoad
{
    private const int Rounds = 5;
    private const int Partitions = 10_000;
    private const int Lines = 1_000_000;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string assembly)
    {
        SiloProcess.Assembly = Path.GetFullPath(assembly);
        await MeasureStartAsync();
        await MeasureImportAsync();
        await MeasureIdlePartitionsAsync();
    }

    private static async Task MeasureStartAsync()
    {
        List<double> fresh = [];
        List<double> again = [];
        List<double> idle = [];
        for (int round = 0; round < Rounds; round++)
        {
            using var directory = new TemporaryDirectory();
            fresh.Add(await StartToFirstProduceAsync(directory.Path, null));
            again.Add(await StartToFirstProduceAsync(directory.Path, idle));
        }
        Report("process start to first accepted produce, new data directory", "ms", fresh);
        Report("process start to first accepted produce, existing data directory", "ms", again);
        Report("resident memory of an idle silo", "MB", idle);
    }

    private static async Task<double> StartToFirstProduceAsync(string directory, List<double>? idleMegabytes)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory);
        await ImportAsync(silo, "first", "one line\n"u8.ToArray());
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        if (idleMegabytes is not null)
        {
            await Task.Delay(IdleTime / 4, TimeProvider.System);
            idleMegabytes.Add(ResidentMegabytes(silo.Id));
        }
        await silo.StopAsync();
        return milliseconds;
    }

    private static async Task MeasureImportAsync()
    {
        byte[] file = MakeLogFile();
        List<double> seconds = [];
        for (int round = 0; round < Rounds; round++)
        {
            using var directory = new TemporaryDirectory();
            await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
            Stopwatch watch = Stopwatch.StartNew();
            await ImportAsync(silo, "lines", file);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }
        Report($"import of {Lines:N0} lines, {file.Length / 1_000_000} MB, durable", "s", seconds);
    }

    private static async Task MeasureIdlePartitionsAsync()
    {
        using var directory = new TemporaryDirectory();
        double emptyMegabytes;
        double idleMegabytes;
        await using (SiloProcess silo = await SiloProcess.StartAsync(directory.Path))
        {
            await ImportAsync(silo, "first", "one line\n"u8.ToArray());
            await Task.Delay(IdleTime, TimeProvider.System);
            emptyMegabytes = ResidentMegabytes(silo.Id);
            await FillPartitionsAsync(silo);
            await Task.Delay(IdleTime, TimeProvider.System);
            idleMegabytes = ResidentMegabytes(silo.Id);
            await silo.StopAsync();
        }
        Console.WriteLine($"{Partitions:N0} partitions with a record each, idle: {idleMegabytes - emptyMegabytes:N0} MB above the {emptyMegabytes:N0} MB of the empty silo");

        Stopwatch watch = Stopwatch.StartNew();
        await using SiloProcess again = await SiloProcess.StartAsync(directory.Path);
        double servesSeconds = watch.Elapsed.TotalSeconds;
        for (int partition = 0; partition < Partitions; partition += 997)
        {
            await again.Http.GetStringAsync($"/v1/topics/many/partitions/{partition}/records?offset=0");
        }
        Console.WriteLine(
            $"restart with them: serves after {servesSeconds:N2} s, read from 11 of them after {watch.Elapsed.TotalSeconds:N2} s; resident {ResidentMegabytes(again.Id):N0} MB");
        await again.StopAsync();
    }

    private static async Task FillPartitionsAsync(SiloProcess silo)
    {
        using JsonDocument clusters = JsonDocument.Parse(await silo.Http.GetStringAsync("/v3/clusters"));
        string cluster = clusters.RootElement.GetProperty("data")[0].GetProperty("cluster_id").GetString()!;
        await PostAsync(silo, $"/v3/clusters/{cluster}/topics", $$"""{"topic_name":"many","partitions_count":{{Partitions}}}""");
        await Parallel.ForAsync(0, Partitions, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (partition, _) =>
            await PostAsync(silo, $"/v3/clusters/{cluster}/topics/many/records", $$$"""{"partition_id":{{{partition}}},"value":{"type":"STRING","data":"value"}}"""));
    }

    private static async Task PostAsync(SiloProcess silo, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await silo.Http.PostAsync(path, body);
        response.EnsureSuccessStatusCode();
    }

    private static async Task ImportAsync(SiloProcess silo, string topic, byte[] file)
    {
        using var body = new ByteArrayContent(file);
        using HttpResponseMessage response = await silo.Http.PutAsync($"/v1/topics/{topic}/records:import", body);
        response.EnsureSuccessStatusCode();
    }

    // The lines of a web server's log: no two alike, 60 to 160 bytes.
    private static byte[] MakeLogFile()
    {
        var random = new Random(1);
        var text = new StringBuilder(Lines * 110);
        for (int i = 0; i < Lines; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)} - - [22/Nov/2026:18:{i / 60000 % 60:00}:{i / 1000 % 60:00} +0000] ");
            text.Append(CultureInfo.InvariantCulture, $"\"GET /shop/{random.Next(100000)}?q={random.NextInt64():x}{new string('a', random.Next(60))} HTTP/1.1\" 200 {random.Next(90000)}\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static double ResidentMegabytes(int processId)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1000;
    }

    private static void Report(string what, string unit, List<double> values) =>
        Console.WriteLine($"{what}: {values.Order().ElementAt(values.Count / 2):N2} {unit} ({values.Min():N2} to {values.Max():N2})");
}
