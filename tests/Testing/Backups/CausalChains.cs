using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace StreamCoord.Testing.Backups;

/// <summary>
/// Clients that each write a record to one topic, when that is acknowledged one to another topic, and then to a znode, round after round. Whatever is there at one point in time hangs together: a round's later writes are not there
/// without its earlier ones. Safe for concurrent use.
/// </summary>
/// <param name="choose">Where a request goes.</param>
/// <param name="clients">How many there are.</param>
public sealed class CausalChains(Func<HttpClient> choose, int clients)
{
    private const string First = "chain-first";
    private const string Second = "chain-second";

    private readonly int[] _done = new int[clients];

    /// <summary>How many rounds each client has finished.</summary>
    public IReadOnlyList<int> Done => [.. Enumerable.Range(0, clients).Select(client => Volatile.Read(ref _done[client]))];

    /// <summary>Makes what the clients write to.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await ImportAsync(First, "begin", cancellationToken);
        await ImportAsync(Second, "begin", cancellationToken);
        for (int client = 0; client < clients; client++)
        {
            using HttpResponseMessage made = await choose().PostAsync(PathOf(client), new StringContent(""), cancellationToken);
            made.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Runs the clients until they are told to stop; then each ends its round.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => RunAsync(client, stop), CancellationToken.None)));

    /// <summary>Says what a restored service has that cannot have been there at one point in time; null when all can.</summary>
    /// <param name="restored">The service.</param>
    /// <param name="doneBefore">What was finished before the backup began.</param>
    /// <param name="doneAfter">What was finished when it had ended.</param>
    public async Task<string?> FindProblemAsync(HttpClient restored, IReadOnlyList<int> doneBefore, IReadOnlyList<int> doneAfter)
    {
        HashSet<string> first = await ReadAsync(restored, First);
        HashSet<string> second = await ReadAsync(restored, Second);
        for (int client = 0; client < clients; client++)
        {
            int firsts = CountOf(first, client);
            int seconds = CountOf(second, client);
            JsonElement znode = await restored.GetFromJsonAsync<JsonElement>(PathOf(client));
            int writes = znode.GetProperty("stat").GetProperty("version").GetInt32();
            bool hangsTogether = writes <= seconds && seconds <= firsts && firsts <= writes + 1;
            if (!hangsTogether || writes < doneBefore[client] || firsts > doneAfter[client] + 1)
            {
                return $"Client {client} has {firsts} first records, {seconds} second ones and {writes} writes of its znode, of {doneBefore[client]} to {doneAfter[client] + 1} rounds.";
            }
        }
        return null;
    }

    private async Task RunAsync(int client, CancellationToken stop)
    {
        for (int round = 0; !stop.IsCancellationRequested; round++)
        {
            string value = FormattableString.Invariant($"{client}:{round}");
            await ImportAsync(First, value, CancellationToken.None);
            await ImportAsync(Second, value, CancellationToken.None);
            using HttpResponseMessage written = await choose().PutAsync(PathOf(client), new StringContent(value), CancellationToken.None);
            written.EnsureSuccessStatusCode();
            Volatile.Write(ref _done[client], round + 1);
        }
    }

    private static string PathOf(int client) => string.Create(CultureInfo.InvariantCulture, $"/v1/znodes/chain-{client}");

    // Rounds are written one after another, so a client's values have no holes unless something is lost.
    private static int CountOf(HashSet<string> values, int client)
    {
        int count = 0;
        while (values.Remove(FormattableString.Invariant($"{client}:{count}")))
        {
            count++;
        }
        return values.Any(value => value.StartsWith(FormattableString.Invariant($"{client}:"), StringComparison.Ordinal)) ? -1 : count;
    }

    private async Task ImportAsync(string topic, string value, CancellationToken cancellationToken)
    {
        using HttpResponseMessage imported = await choose().PutAsync($"/v1/topics/{topic}/records:import", new StringContent($"{value}\n"), cancellationToken);
        imported.EnsureSuccessStatusCode();
    }

    private static async Task<HashSet<string>> ReadAsync(HttpClient http, string topic)
    {
        HashSet<string> values = [];
        for (long next = 0; ;)
        {
            JsonElement page = await http.GetFromJsonAsync<JsonElement>(FormattableString.Invariant($"/v1/topics/{topic}/partitions/0/records?offset={next}"));
            values.UnionWith(page.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("value").GetString()!));
            long following = page.GetProperty("next_offset").GetInt64();
            if (following == next)
            {
                return values;
            }
            next = following;
        }
    }
}
