using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>
/// The real silo is killed with SIGKILL while clients import, again and again. Whatever it acknowledged must be there
/// afterwards: once, at the offsets it named, and nothing may be there that nobody sent.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Clients = 4;
    private const string Topic = "crash";

    [Fact]
    public async Task KilledWhileProducing_LosesDoublesAndMovesNothing()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        Dictionary<long, string> acknowledged = [];
        HashSet<string> sent = [];
        for (int kill = 0; kill < Kills; kill++)
        {
            await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
            await CheckAsync(silo, acknowledged, sent);
            await ProduceUntilKilledAsync(silo, random, kill, acknowledged, sent);
        }
        await using SiloProcess last = await SiloProcess.StartAsync(directory.Path);
        await CheckAsync(last, acknowledged, sent);
        Assert.True(acknowledged.Count > Kills * 10, $"only {acknowledged.Count} records were acknowledged");
        output.WriteLine($"{acknowledged.Count} records acknowledged of {sent.Count} sent");
        Assert.Equal(0, await last.StopAsync());
    }

    private static async Task ProduceUntilKilledAsync(
        SiloProcess silo, Random random, int kill, Dictionary<long, string> acknowledged, HashSet<string> sent)
    {
        int requestsUntilKill = random.Next(5, 60);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int answered = 0;
        await Task.WhenAll([.. Enumerable.Range(0, Clients).Select(client => ProduceAsync(client)), KillAsync()]);

        async Task KillAsync()
        {
            await killed.Task;
            await silo.KillAsync();
        }

        async Task ProduceAsync(int client)
        {
            try
            {
                for (int request = 0; ; request++)
                {
                    string[] lines = MakeLines(client, request);
                    (long first, long last)? range = await ImportAsync(silo.Http, lines);
                    if (range is not { } offsets)
                    {
                        return;
                    }
                    lock (acknowledged)
                    {
                        Assert.Equal(lines.Length - 1, offsets.last - offsets.first);
                        for (int i = 0; i < lines.Length; i++)
                        {
                            acknowledged.Add(offsets.first + i, lines[i]);
                        }
                    }
                    if (Interlocked.Increment(ref answered) == requestsUntilKill)
                    {
                        killed.TrySetResult();
                    }
                }
            }
            finally
            {
                killed.TrySetResult();
            }
        }

        string[] MakeLines(int client, int request)
        {
            lock (sent)
            {
                string[] lines = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i =>
                    string.Create(CultureInfo.InvariantCulture, $"{kill}-{client}-{request}-{i}-{new string('x', random.Next(200))}"))];
                sent.UnionWith(lines);
                return lines;
            }
        }
    }

    // Null when the silo died under the request.
    private static async Task<(long First, long Last)?> ImportAsync(HttpClient http, string[] lines)
    {
        try
        {
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            using HttpResponseMessage response = await http.PostAsync($"/v1/topics/{Topic}/records:import", body);
            string answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            using JsonDocument document = JsonDocument.Parse(answer);
            JsonElement partition = document.RootElement.GetProperty("partitions")[0];
            return (partition.GetProperty("first_offset").GetInt64(), partition.GetProperty("last_offset").GetInt64());
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task CheckAsync(SiloProcess silo, Dictionary<long, string> acknowledged, HashSet<string> sent)
    {
        if (acknowledged.Count == 0)
        {
            return;
        }
        Dictionary<long, string> found = [];
        long next = 0;
        while (true)
        {
            JsonElement page = await silo.Http.GetFromJsonAsync<JsonElement>($"/v1/topics/{Topic}/partitions/0/records?offset={next}");
            foreach (JsonElement record in page.GetProperty("records").EnumerateArray())
            {
                found.Add(record.GetProperty("offset").GetInt64(), record.GetProperty("value").GetString()!);
            }
            long following = page.GetProperty("next_offset").GetInt64();
            if (following == next)
            {
                break;
            }
            next = following;
        }
        Assert.Equal(Enumerable.Range(0, found.Count).Select(i => (long)i), found.Keys);
        foreach ((long offset, string line) in acknowledged)
        {
            Assert.True(found.TryGetValue(offset, out string? value), $"offset {offset} was acknowledged and is lost");
            Assert.Equal(line, value);
        }
        Assert.Equal(found.Count, found.Values.Distinct().Count());
        Assert.All(found.Values, value => Assert.Contains(value, sent));
    }
}
