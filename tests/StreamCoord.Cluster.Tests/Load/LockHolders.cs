using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>Clients of kazoo that take turns at a lock and write while they hold it, fenced by it (lock_holders.py says how). Owns their process.</summary>
internal sealed class LockHolders(TestCluster cluster, string prefix, int seed)
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(40);

    private readonly ConcurrentQueue<FencedWrite> _writes = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly TaskCompletionSource<Func<Task<string>>> _asking = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<FencedWrite> Writes => _writes;

    public async Task RunAsync(CancellationToken stop)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "lock_holders.py"), string.Join(',', cluster.Nodes.Select(node => node.ZooKeeper)), $"/{prefix}", seed.ToString(CultureInfo.InvariantCulture),
        ];
        // Debian's Python has Debian's packages.
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task reading = ReadAsync(process.StandardOutput);
        _asking.TrySetResult(async () =>
        {
            await SystemTool.TryRunAsync("kill", "-USR1", process.Id.ToString(CultureInfo.InvariantCulture));
            await SystemTool.TryRunAsync("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            return await errors;
        });
        try
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, stop), reading);
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
            Assert.True(process.ExitCode == 0 && stop.IsCancellationRequested, $"The holders of the lock ended with {process.ExitCode}: {await errors}");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The holders of the lock do not end: {await EndAsync()}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
        await reading;
    }

    /// <summary>Waits until one more write is carried out.</summary>
    public async Task AwaitProgressAsync()
    {
        int before = CountWritten();
        var since = Stopwatch.StartNew();
        while (CountWritten() == before)
        {
            if (since.Elapsed > TestCluster.WholeLimit)
            {
                Assert.Fail($"Nobody gets the lock any more. {Describe()}\n{await EndAsync()}");
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The names of all that was written, in its order.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        HttpAnswer answer = await cluster.SendUntilAsync(HttpMethod.Get, $"/v1/znodes/{prefix}/writes?view=children&sync=true", null, HttpStatusCode.OK);
        return [.. answer.Json.GetProperty("children").EnumerateArray().Select(child => child.GetString()!).OrderBy(SequenceOf)];
    }

    public string Describe() => FormattableString.Invariant(
        $"{prefix}: {string.Join(", ", _writes.GroupBy(one => one.Outcome).Select(kind => FormattableString.Invariant($"{kind.Count()} {kind.Key}")))}; {string.Join("; ", _failures.Select(pair => FormattableString.Invariant($"{pair.Value} x {pair.Key}")))}");

    // Asks the process where each of its threads is, and ends it.
    private async Task<string> EndAsync() => await (await _asking.Task)();

    private static int SequenceOf(string child) => int.Parse(child.Split('-')[^1], CultureInfo.InvariantCulture);

    private int CountWritten() => _writes.Count(one => one.Outcome == FencedOutcome.Written);

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            if (json.TryGetProperty("failure", out JsonElement failure))
            {
                _failures.AddOrUpdate(failure.GetString()!, 1, (_, count) => count + 1);
                continue;
            }
            _writes.Enqueue(new(json.GetProperty("name").GetString()!, Enum.Parse<FencedOutcome>(json.GetProperty("outcome").GetString()!), json.GetProperty("began").GetInt64(), json.GetProperty("ended").GetInt64()));
        }
    }
}
