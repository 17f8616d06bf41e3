using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests.ZNodes;

/// <summary>
/// The real silo is killed with SIGKILL while clients change its tree, again and again. What was acknowledged must be there, what was not may be there, whole; and what lives by a session lives on with
/// it.
/// </summary>
public sealed class TreeKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 6;
    private const int Clients = 6;
    private const int Paths = 8;
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, (Zxid Zxid, string? Data)> _acknowledged = [];
    private readonly HashSet<(string Path, string? Data)> _unknown = [];
    private readonly HashSet<string> _ephemerals = [];
    private int _number;
    private int _acknowledgedCount;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KilledUnderLoad_KeepsWhatWasAcknowledged_AndTearsNothing()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        ZNodeUser? owner = null;
        for (int kill = 0; kill <= Kills; kill++)
        {
            await using SiloProcess silo = await SiloProcess.StartAsync(_directory.Path, "--StreamCoord:ZNodes:CheckpointBytes=65536");
            owner = owner is null ? await BeginAsync(silo) : owner.At(silo);
            await CheckAsync(silo, owner);
            if (kill == Kills)
            {
                Assert.Equal(204, (await owner.SendAsync("DELETE", $"/v1/sessions/{owner.Session}")).Status);
                Assert.DoesNotContain(await ChildrenAsync(new ZNodeUser(silo, Cancelled)), name => name.StartsWith("mine", StringComparison.Ordinal));
                break;
            }
            await RunUntilKilledAsync(silo, owner, random);
        }
        output.WriteLine($"{_acknowledgedCount} writes acknowledged, {_unknown.Count} not known");
        Assert.True(_acknowledgedCount > Kills * 20);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<ZNodeUser> BeginAsync(SiloProcess silo)
    {
        var user = new ZNodeUser(silo, Cancelled);
        const string Multi = """{"ops":[{"op":"create","path":"/k"},{"op":"create","path":"/k/pair1","data_base64":"MA=="},{"op":"create","path":"/k/pair2","data_base64":"MA=="}]}""";
        Assert.Equal(200, (await user.SendAsync("POST", "/v1/znodes:multi", Multi)).Status);
        return await user.OpenSessionAsync(40_000);
    }

    private static async Task<List<string>> ChildrenAsync(ZNodeUser user) =>
        [.. (await user.SendAsync("GET", "/v1/znodes/k?view=children")).Json.GetProperty("children").EnumerateArray().Select(name => name.GetString()!)];

    private async Task RunUntilKilledAsync(SiloProcess silo, ZNodeUser owner, Random random)
    {
        int answersUntilKill = _acknowledgedCount + random.Next(20, 300);
        var kill = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(i => RunAsync(i == 0 ? owner : new ZNodeUser(silo, Cancelled), new Random(random.Next())))];
        await kill.Task;
        await silo.KillAsync();
        await Task.WhenAll(clients);

        async Task RunAsync(ZNodeUser user, Random own)
        {
            try
            {
                while (await StepAsync(user, own))
                {
                    if (Volatile.Read(ref _acknowledgedCount) >= answersUntilKill)
                    {
                        kill.TrySetResult();
                    }
                }
            }
            finally
            {
                kill.TrySetResult();
            }
        }
    }

    // False when the silo died under the request.
    private async Task<bool> StepAsync(ZNodeUser user, Random random)
    {
        string path = $"/k/{(char)('a' + random.Next(Paths))}";
        string data = Interlocked.Increment(ref _number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        switch (random.Next(6))
        {
            case 0:
                return await WriteAsync(user, "POST", path, data, data, path);
            case 1:
                return await WriteAsync(user, "DELETE", path, null, null, path);
            case 2 when user.Session is not null:
                string name = $"/k/mine{data}";
                bool lives = await WriteAsync(user, "POST", $"{name}?mode=ephemeral", data, data, name);
                lock (_ephemerals)
                {
                    _ephemerals.Add(name);
                }
                return lives;
            case 3:
                string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(data));
                string multi = $$"""{"ops":[{"op":"set","path":"/k/pair1","data_base64":"{{base64}}"},{"op":"set","path":"/k/pair2","data_base64":"{{base64}}"}]}""";
                return await WriteAsync(user, "POST", ":multi", multi, data, "/k/pair1", "/k/pair2");
            default:
                return await WriteAsync(user, "PUT", path, data, data, path);
        }
    }

    private async Task<bool> WriteAsync(ZNodeUser user, string method, string target, string? body, string? data, params string[] paths)
    {
        ZNodeAnswer? answer = null;
        try
        {
            answer = await user.SendAsync(method, $"/v1/znodes{target}", body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The silo died.
        }
        lock (_acknowledged)
        {
            foreach (string path in paths)
            {
                if (answer is null || answer.Status == 503)
                {
                    _unknown.Add((path, data));
                }
                else if (answer.Status < 300 && (!_acknowledged.TryGetValue(path, out (Zxid Zxid, string? Data) known) || known.Zxid < answer.Zxid!.Value))
                {
                    _acknowledged[path] = (answer.Zxid!.Value, data);
                }
            }
            _acknowledgedCount += answer?.Status < 300 ? 1 : 0;
        }
        Assert.True(answer is null || answer.Status is < 300 or 404 or 409 or 503, answer?.Body);
        return answer is not null;
    }

    private async Task CheckAsync(SiloProcess silo, ZNodeUser owner)
    {
        var user = new ZNodeUser(silo, Cancelled);
        var found = new Dictionary<string, (Zxid Zxid, string? Data)>();
        foreach (string name in await ChildrenAsync(user))
        {
            JsonElement znode = (await user.SendAsync("GET", $"/v1/znodes/k/{name}")).Json;
            Assert.True(Zxid.TryParse(znode.GetProperty("stat").GetProperty("mzxid").GetString(), out Zxid mzxid));
            found.Add($"/k/{name}", (mzxid, znode.GetProperty("text").GetString()));
        }
        foreach ((string path, (Zxid zxid, string? data)) in _acknowledged)
        {
            if (!found.TryGetValue(path, out (Zxid Zxid, string? Data) now))
            {
                Assert.True(data is null || _unknown.Contains((path, null)), $"{path} was set to {data} by {zxid}, and is gone.");
                continue;
            }
            Assert.True(now == (zxid, data) || (now.Zxid > zxid && _unknown.Contains((path, now.Data))), $"{path} was set to {data} by {zxid}; it shows {now}.");
        }
        Assert.Equal(found["/k/pair1"], found["/k/pair2"]);
        JsonElement session = (await owner.SendAsync("GET", $"/v1/sessions/{owner.Session}")).Json;
        string[] own = [.. session.GetProperty("ephemerals").EnumerateArray().Select(path => path.GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(found.Keys.Where(_ephemerals.Contains).Order(StringComparer.Ordinal), own);
        Assert.Equal(200, (await owner.SendAsync("PUT", $"/v1/sessions/{owner.Session}")).Status);
    }
}
