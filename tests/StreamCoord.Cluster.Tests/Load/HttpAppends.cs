using System.Net;
using System.Text.Json;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>Clients that append by HTTP, each to one partition through any silo. What was not acknowledged is not sent again: a new value is.</summary>
internal sealed class HttpAppends(TestCluster cluster, AppendHistory history, int partitions, int seed)
{
    private const int RecordsMax = 4;
    private const int ClientsPerPartition = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, partitions * ClientsPerPartition).Select(client => Task.Run(() => RunAsync(client, new Random(seed + client), stop), CancellationToken.None)));

    private async Task RunAsync(int client, Random random, CancellationToken stop)
    {
        int partition = client % partitions;
        string target = $"{await cluster.FindClusterPathAsync()}/topics/{history.Topic}/records";
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            string[] values = [.. Enumerable.Range(0, 1 + random.Next(RecordsMax)).Select(n => FormattableString.Invariant($"http-{seed}-{client}-{i}-{n}"))];
            Array.ForEach(values, history.Send);
            ClusterNode node = cluster.Nodes[random.Next(TestCluster.NodeCount)];
            string body = string.Concat(values.Select(value => FormattableString.Invariant($$$"""{"partition_id":{{{partition}}},"value":{"type":"STRING","data":"{{{value}}}"}}""")));
            Note(await TestCluster.SendAsync(node, HttpMethod.Post, target, body), values);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Note(HttpAnswer? answer, string[] values)
    {
        if (answer is not { Status: HttpStatusCode.OK })
        {
            history.Fail(answer is null ? "no answer" : Shorten(answer.Body));
            return;
        }
        string[] reports = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (int i = 0; i < reports.Length; i++)
        {
            JsonElement report = JsonDocument.Parse(reports[i]).RootElement;
            if (report.GetProperty("error_code").GetInt32() == 200)
            {
                history.Acknowledge(report.GetProperty("partition_id").GetInt32(), report.GetProperty("offset").GetInt64(), values[i]);
            }
            else
            {
                history.Fail(Shorten(reports[i]));
            }
        }
    }

    private static string Shorten(string text) => string.Concat(text.Where(c => !char.IsDigit(c))) is { Length: > 150 } longer ? longer[..150] : text;
}
