using System.Formats.Tar;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Backups;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>A backup that is taken while clients write, and what a silo makes of it.</summary>
public sealed class BackupTests : IDisposable
{
    private const int Clients = 4;
    private const int RoundsMin = 20;
    private const int BusyWriters = 8;
    private const string Busy = "/v1/znodes/busy";

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ABackupUnderLoad_IsOfOnePoint_AndItsSiloGoesOn()
    {
        string zxid;
        CausalChains chains;
        IReadOnlyList<int> before;
        IReadOnlyList<int> after;
        await using (SiloProcess silo = await StartAsync("data"))
        {
            chains = new CausalChains(() => silo.Http, Clients);
            await chains.CreateAsync(Cancelled);
            using var stop = new CancellationTokenSource();
            using HttpResponseMessage made = await silo.Http.PostAsync(Busy, new StringContent(""), Cancelled);
            Task running = Task.WhenAll([chains.RunAsync(stop.Token), .. Enumerable.Range(0, BusyWriters).Select(_ => KeepWritingAsync(silo, stop.Token))]);
            await AwaitRoundsAsync(chains, RoundsMin);
            before = chains.Done;
            zxid = await BackUpAsync(silo, "backup.tar");
            after = chains.Done;
            await AwaitRoundsAsync(chains, after.Max() + RoundsMin);
            await stop.CancelAsync();
            await running;
        }
        await UnpackAsync("backup.tar", "restored");

        await using SiloProcess restored = await StartAsync("restored");
        Assert.Null(await chains.FindProblemAsync(restored.Http, before, after));
        JsonElement mark = await restored.Http.GetFromJsonAsync<JsonElement>("/v1/znodes/streamcoord/backup", Cancelled);
        Assert.Equal(zxid, mark.GetProperty("stat").GetProperty("mzxid").GetString());
        // Its writers were not held back, and wrote on while the point was noted.
        JsonElement busy = await restored.Http.GetFromJsonAsync<JsonElement>(Busy, Cancelled);
        Assert.InRange(ParseZxid(busy.GetProperty("stat").GetProperty("mzxid").GetString()!), 1, ParseZxid(zxid));
        await ImportAsync(restored, "chain-first", "and on");
        await ImportAsync(restored, "new", "one");
        await restored.KillAsync();

        await using SiloProcess again = await StartAsync("restored");
        Assert.Contains("and on", await again.Http.GetStringAsync("/v1/topics/chain-first/partitions/0/records?offset=0&max_bytes=16777216", Cancelled), StringComparison.Ordinal);
        Assert.Contains("\"one\"", await again.Http.GetStringAsync("/v1/topics/new/partitions/0/records?offset=0", Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnArchiveThatWasCutOff_OrDamaged_IsNotStartedOn()
    {
        await using (SiloProcess silo = await StartAsync("data"))
        {
            await ImportAsync(silo, "lines", "one");
            await BackUpAsync(silo, "backup.tar");
        }
        await UnpackAsync("backup.tar", "cut-off");
        File.Delete(_directory.Combine(Path.Combine("cut-off", "restore.json")));
        await UnpackAsync("backup.tar", "damaged");
        await File.WriteAllTextAsync(_directory.Combine(Path.Combine("damaged", "restore.json")), "{\"version\":1", Cancelled);
        await UnpackAsync("backup.tar", "newer");
        string list = _directory.Combine(Path.Combine("newer", "restore.json"));
        await File.WriteAllTextAsync(list, (await File.ReadAllTextAsync(list, Cancelled)).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal), Cancelled);

        foreach ((string directory, string reason) in ((string, string)[])[("cut-off", "has no identity.json, but other files such as 'logs'"), ("damaged", "is damaged"), ("newer", "has version 2")])
        {
            (int exitCode, string output) = await SiloProcess.RunToExitAsync(_directory.Combine(directory));
            Assert.Equal(1, exitCode);
            Assert.Contains(reason, output, StringComparison.Ordinal);
        }
    }

    private Task<SiloProcess> StartAsync(string directory, params string[] options) => SiloProcess.StartAsync(_directory.Combine(directory), options);

    private async Task<string> BackUpAsync(SiloProcess silo, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/backups");
        using HttpResponseMessage response = await silo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {silo.Output}");
        await using FileStream file = File.Create(_directory.Combine(name));
        await response.Content.CopyToAsync(file, Cancelled);
        return response.Headers.GetValues("X-Zxid").Single();
    }

    private async Task UnpackAsync(string name, string directory)
    {
        Directory.CreateDirectory(_directory.Combine(directory));
        await TarFile.ExtractToDirectoryAsync(_directory.Combine(name), _directory.Combine(directory), overwriteFiles: false, Cancelled);
    }

    private static async Task AwaitRoundsAsync(CausalChains chains, int rounds)
    {
        while (chains.Done.Min() < rounds)
        {
            await Task.Delay(10, Cancelled);
        }
    }

    private static async Task KeepWritingAsync(SiloProcess silo, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using HttpResponseMessage written = await silo.Http.PutAsync(Busy, new StringContent("again"), CancellationToken.None);
            written.EnsureSuccessStatusCode();
        }
    }

    private static long ParseZxid(string text) => long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task ImportAsync(SiloProcess silo, string topic, string line)
    {
        using HttpResponseMessage reply = await silo.Http.PutAsync($"/v1/topics/{topic}/records:import", new StringContent($"{line}\n"), Cancelled);
        reply.EnsureSuccessStatusCode();
    }
}
