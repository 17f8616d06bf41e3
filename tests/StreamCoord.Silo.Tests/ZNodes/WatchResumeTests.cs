using System.Globalization;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests.ZNodes;

/// <summary>
/// Watch streams over random disconnects and kills of the silo: each of them must have told every change once, in its order, whether it came live or from
/// the log.
/// </summary>
public sealed class WatchResumeTests : IDisposable
{
    private const string Watched = "/a";
    private static readonly string[] Modes = ["data", "children", "recursive"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(240);

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Dictionary<string, List<string>> _expected = Modes.ToDictionary(mode => mode, _ => new List<string>());
    private readonly SortedSet<string> _znodes = new(StringComparer.Ordinal);

    public WatchResumeTests() => _limit.CancelAfter(Limit);

    public void Dispose()
    {
        _limit.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task AStream_TellsEachChangeOnce_OverDisconnectsAndKills()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        var told = Modes.ToDictionary(mode => mode, _ => new List<string>());
        var ids = new Dictionary<string, string?>();
        SiloProcess silo = await SiloProcess.StartAsync(_directory.Path);
        try
        {
            foreach (string mode in Modes)
            {
                using WatchStreamReader first = await WatchStreamReader.OpenAsync(silo, Watched, mode, null, _limit.Token);
                await first.ReadLifeAsync(_limit.Token);
                ids[mode] = first.LastEventId;
            }
            for (int round = 0; round < 25; round++)
            {
                if (round % 8 == 7)
                {
                    await silo.KillAsync();
                    await silo.DisposeAsync();
                    silo = await SiloProcess.StartAsync(_directory.Path);
                }
                await ChangeAsync(silo, random, random.Next(8));
                string mode = Modes[random.Next(Modes.Length)];
                using WatchStreamReader stream = await WatchStreamReader.OpenAsync(silo, Watched, mode, ids[mode], _limit.Token);
                await ChangeAsync(silo, random, random.Next(8));
                told[mode].AddRange(await stream.ReadAsync(random.Next(_expected[mode].Count - told[mode].Count + 1), _limit.Token));
                ids[mode] = stream.LastEventId ?? ids[mode];
            }
            foreach (string mode in Modes)
            {
                using WatchStreamReader last = await WatchStreamReader.OpenAsync(silo, Watched, mode, ids[mode], _limit.Token);
                told[mode].AddRange(await last.ReadAsync(_expected[mode].Count - told[mode].Count, _limit.Token));
                Assert.True(_expected[mode].SequenceEqual(told[mode]), $"Seed {seed}, {mode}:\n{string.Join('\n', _expected[mode])}\nwas told as\n{string.Join('\n', told[mode])}");

                // Nothing stands behind it but a sign of life.
                await last.ReadLifeAsync(_limit.Token);
            }
            Assert.All(_expected.Values, events => Assert.NotEmpty(events));
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    private async Task ChangeAsync(SiloProcess silo, Random random, int count)
    {
        var user = new ZNodeUser(silo, _limit.Token);
        for (int i = 0; i < count; i++)
        {
            // A transaction changes each znode once, as the log keeps it.
            string[] paths = ["/a", "/a/b", "/a/c", "/a/b/d", "/e"];
            random.Shuffle(paths);
            var changed = new List<string>();
            var ops = new List<string>();
            var events = new List<(string Type, string Path)>();
            foreach (string path in paths.Take(random.Next(1, 4)))
            {
                Change(random, path, changed, ops, events);
            }
            if (ops.Count == 0)
            {
                continue;
            }
            ZNodeAnswer answer = await user.SendAsync("POST", "/v1/znodes:multi", $$"""{"ops":[{{string.Join(',', ops)}}]}""");
            Assert.True(answer.Status == 200, answer.Body);
            Expect(events, answer.Zxid!.Value);
        }
    }

    /// <summary>One change that the model says is possible, unless it would touch what was changed before in the same transaction.</summary>
    private void Change(Random random, string path, List<string> changed, List<string> ops, List<(string Type, string Path)> events)
    {
        string parent = path.LastIndexOf('/') == 0 ? "/" : path[..path.LastIndexOf('/')];
        if (changed.Any(other => other == path || other == parent || other.StartsWith($"{path}/", StringComparison.Ordinal)))
        {
            return;
        }
        if (!_znodes.Contains(path))
        {
            if (parent != "/" && !_znodes.Contains(parent))
            {
                return;
            }
            _znodes.Add(path);
            ops.Add($$"""{"op":"create","path":"{{path}}"}""");
            events.AddRange([("created", path), ("children_changed", parent)]);
        }
        else if (random.Next(2) == 0 && !_znodes.Any(other => other.StartsWith($"{path}/", StringComparison.Ordinal)))
        {
            _znodes.Remove(path);
            ops.Add($$"""{"op":"delete","path":"{{path}}"}""");
            events.AddRange([("deleted", path), ("children_changed", parent)]);
        }
        else
        {
            ops.Add(string.Create(CultureInfo.InvariantCulture, $$"""{"op":"set","path":"{{path}}","data_base64":"AAAA"}"""));
            events.Add(("data_changed", path));
        }
        changed.Add(path);
    }

    private void Expect(List<(string Type, string Path)> events, Zxid zxid)
    {
        foreach (string mode in Modes)
        {
            string? before = null;
            foreach ((string type, string path) in events.Where(e => IsShown(e.Type, e.Path, mode)))
            {
                string next = $"{type} {path} {zxid}";
                if (next != before)
                {
                    _expected[mode].Add(next);
                }
                before = next;
            }
        }
    }

    private static bool IsShown(string type, string path, string mode) => mode switch
    {
        "data" => path == Watched && type != "children_changed",
        "children" => path == Watched && type != "data_changed",
        _ => type != "children_changed" && (path == Watched || path.StartsWith($"{Watched}/", StringComparison.Ordinal)),
    };
}
