using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>Clients that write a few znodes, some by their versions, and read them behind a sync, each time through any silo.</summary>
internal sealed class ZNodeWrites(TestCluster cluster, string prefix, int seed)
{
    private const int PathCount = 3;
    private const int ClientCount = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<ZNodeObservation> _observations = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly ConcurrentQueue<long> _writtenAt = new();
    private long _now;

    public IReadOnlyCollection<ZNodeObservation> Observations => _observations;

    public IReadOnlyDictionary<string, int> Failures => _failures;

    public IReadOnlyList<string> Paths { get; } = [.. Enumerable.Range(0, PathCount).Select(i => $"/{prefix}-{i}")];

    /// <summary>When writes were acknowledged, by the stopwatch.</summary>
    public IEnumerable<long> WrittenAt => _writtenAt;

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (string path in Paths)
        {
            await cluster.SendUntilAsync(HttpMethod.Post, $"/v1/znodes{path}", "first", HttpStatusCode.Created, HttpStatusCode.Conflict);
        }
        await Task.WhenAll(Enumerable.Range(0, ClientCount).Select(client => Task.Run(() => RunAsync(client, new Random(seed + client), stop), CancellationToken.None)));
    }

    /// <summary>Reads every znode through every silo, as the last of the history.</summary>
    public async Task ReadAllAsync()
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            foreach (string path in Paths)
            {
                while (await ReadAsync(node, path) < 0)
                {
                    await Task.Delay(Pause, TestContext.Current.CancellationToken);
                }
            }
        }
    }

    public string Describe() => FormattableString.Invariant(
        $"{prefix}: {string.Join(", ", _observations.GroupBy(one => one.Kind).Select(kind => FormattableString.Invariant($"{kind.Count()} {kind.Key}")))}; {string.Join("; ", _failures.OrderByDescending(pair => pair.Value).Take(6).Select(pair => FormattableString.Invariant($"{pair.Value} x {pair.Key}")))}");

    private async Task RunAsync(int client, Random random, CancellationToken stop)
    {
        var versions = new Dictionary<string, int>();
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            string path = Paths[random.Next(PathCount)];
            ClusterNode node = cluster.Nodes[random.Next(TestCluster.NodeCount)];
            if (random.Next(3) == 0)
            {
                int read = await ReadAsync(node, path);
                versions[path] = read < 0 ? versions.GetValueOrDefault(path, -1) : read;
            }
            else
            {
                int expected = random.Next(2) == 0 ? versions.GetValueOrDefault(path, -1) : -1;
                int written = await WriteAsync(node, path, FormattableString.Invariant($"{client}-{i}"), expected);
                versions[path] = written < 0 ? versions.GetValueOrDefault(path, -1) : written;
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task<int> ReadAsync(ClusterNode node, string path)
    {
        long began = Interlocked.Increment(ref _now);
        HttpAnswer? answer = await TestCluster.SendAsync(node, HttpMethod.Get, $"/v1/znodes{path}?sync=true");
        long ended = Interlocked.Increment(ref _now);
        if (answer is not { Status: HttpStatusCode.OK })
        {
            Fail("read", answer);
            return -1;
        }
        JsonElement json = answer.Json;
        (int version, long mzxid) = StatOf(json);
        _observations.Enqueue(new(path, ZNodeOutcome.Read, -1, json.GetProperty("text").GetString(), version, mzxid, began, ended));
        return version;
    }

    private async Task<int> WriteAsync(ClusterNode node, string path, string value, int expected)
    {
        long began = Interlocked.Increment(ref _now);
        HttpAnswer? answer = await TestCluster.SendAsync(node, HttpMethod.Put, $"/v1/znodes{path}", value, expected < 0 ? null : expected.ToString(CultureInfo.InvariantCulture));
        long ended = Interlocked.Increment(ref _now);
        if (answer is { Status: HttpStatusCode.OK })
        {
            (int version, long mzxid) = StatOf(answer.Json);
            _writtenAt.Enqueue(System.Diagnostics.Stopwatch.GetTimestamp());
            _observations.Enqueue(new(path, ZNodeOutcome.Written, expected, value, version, mzxid, began, ended));
            return version;
        }
        bool isRefused = answer is { Status: HttpStatusCode.PreconditionFailed };
        _observations.Enqueue(new(path, isRefused ? ZNodeOutcome.Refused : ZNodeOutcome.Unknown, expected, value, -1, -1, began, isRefused ? ended : long.MaxValue));
        if (!isRefused)
        {
            Fail("write", answer);
        }
        return -1;
    }

    private static (int Version, long Mzxid) StatOf(JsonElement json)
    {
        JsonElement stat = json.GetProperty("stat");
        return (stat.GetProperty("version").GetInt32(), Convert.ToInt64(stat.GetProperty("mzxid").GetString(), 16));
    }

    private void Fail(string what, HttpAnswer? answer) =>
        _failures.AddOrUpdate($"{what}: {(answer is null ? "no answer" : FormattableString.Invariant($"{(int)answer.Status} {(answer.Body.Length > 160 ? answer.Body[..160] : answer.Body)}"))}", 1, (_, count) => count + 1);
}
