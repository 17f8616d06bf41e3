using System.Diagnostics;
using System.Net;
using System.Text.Json;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>Reads a topic as a client does and holds it against what was acknowledged.</summary>
internal static class RecordsCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Every acknowledged record is there, once, at its offset; offsets have no gaps; nothing is there that nobody sent, or twice. Returns the partitions' ends.</summary>
    public static async Task<long[]> CheckAsync(ClusterNode node, AppendHistory history, int partitions)
    {
        var found = new List<Dictionary<long, string>>();
        for (int partition = 0; partition < partitions; partition++)
        {
            found.Add(await ReadAsync(node, history.Topic, partition));
            Assert.Equal(Enumerable.Range(0, found[partition].Count).Select(i => (long)i), found[partition].Keys);
        }
        string[] doubled = [.. found
            .SelectMany((records, partition) => records.Select(record => (record.Value, Place: FormattableString.Invariant($"{partition}@{record.Key}"))))
            .GroupBy(record => record.Value, record => record.Place)
            .Where(places => places.Count() > 1)
            .Select(places => $"{places.Key} at {string.Join(" and ", places)}")];
        Assert.True(doubled.Length == 0, $"{history.Topic} has values twice, as node {node.Number} has it: {string.Join("; ", doubled.Take(10))}");
        string[] lost = [.. history.Acknowledged
            .Where(one => one.Offset < 0 ? !found[one.Partition].ContainsValue(one.Value) : found[one.Partition].GetValueOrDefault(one.Offset) != one.Value)
            .OrderBy(one => one.Partition).ThenBy(one => one.Offset)
            .Select(one => FormattableString.Invariant($"{one.Partition}@{one.Offset} {one.Value}, there is {found[one.Partition].GetValueOrDefault(one.Offset) ?? "nothing"}"))];
        Assert.True(lost.Length == 0, $"{lost.Length} acknowledged records of {history.Topic} are lost or elsewhere, as node {node.Number} has it (ends {string.Join(',', found.Select(partition => partition.Count))}): {string.Join("; ", lost.Take(10))}");
        Assert.Empty(found.SelectMany(partition => partition.Values).Except(history.Sent));
        return [.. found.Select(partition => (long)partition.Count)];
    }

    private static async Task<Dictionary<long, string>> ReadAsync(ClusterNode node, string topic, int partition)
    {
        Dictionary<long, string> found = [];
        var since = Stopwatch.StartNew();
        for (long next = 0; ;)
        {
            HttpAnswer? answer = await TestCluster.SendAsync(node, HttpMethod.Get, FormattableString.Invariant($"/v1/topics/{topic}/partitions/{partition}/records?offset={next}"));
            if (answer is not { Status: HttpStatusCode.OK })
            {
                Assert.True(since.Elapsed < Limit, $"Node {node.Number} answers a read of {topic}/{partition} at {next} with {answer} although the cluster is whole.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
                continue;
            }
            JsonElement page = answer.Json;
            foreach (JsonElement record in page.GetProperty("records").EnumerateArray())
            {
                found.Add(record.GetProperty("offset").GetInt64(), record.GetProperty("value").GetString()!);
            }
            long following = page.GetProperty("next_offset").GetInt64();
            if (following == next)
            {
                Assert.Equal(page.GetProperty("high_watermark").GetInt64(), next);
                return found;
            }
            next = following;
        }
    }
}
