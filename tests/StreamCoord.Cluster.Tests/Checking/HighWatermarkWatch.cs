using System.Net;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>Reads partitions' ends through any silo, one read after another, and remembers a high watermark that fell. For one caller.</summary>
internal sealed class HighWatermarkWatch(TestCluster cluster, string topic, int partitions, int seed)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many reads were answered.</summary>
    public int ReadCount { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        long[] last = new long[partitions];
        while (!stop.IsCancellationRequested)
        {
            int partition = random.Next(partitions);
            ClusterNode node = cluster.Nodes[random.Next(TestCluster.NodeCount)];
            HttpAnswer? answer = await TestCluster.SendAsync(node, HttpMethod.Get, $"/v1/topics/{topic}/partitions/{partition}/records?offset=latest");
            if (answer is { Status: HttpStatusCode.OK })
            {
                ReadCount++;
                long now = answer.Json.GetProperty("high_watermark").GetInt64();
                if (now < last[partition])
                {
                    _problems.Add($"The high watermark of {topic}/{partition} fell from {last[partition]} to {now}, as node {node.Number} has it.");
                }
                last[partition] = Math.Max(now, last[partition]);
            }
            await Task.Delay(Interval, CancellationToken.None);
        }
    }
}
