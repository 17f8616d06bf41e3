using System.Diagnostics;
using System.Net;
using StreamCoord.Cluster.Tests.Load;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Cluster.Tests;

/// <summary>Silos come to a cluster and leave it for good, while clients use it.</summary>
public sealed class GrowthTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFourthSilo_TakesThePlaceOfTheFirst()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(server);
        try
        {
            using Traffic traffic = await Traffic.BeginAsync(cluster, "grown", TestSeed.Next());
            cluster.Add(4);
            await cluster.AwaitWholeAsync();

            await DrainAsync(cluster, 1);
            await cluster.RemoveAsync(cluster.Node(1));
            await DrainAsync(cluster, 1);

            TimeSpan down = await traffic.AwaitProgressAsync();
            output.WriteLine($"After the first silo's end every partition is written again within {down.TotalMilliseconds:0} ms.");
            await traffic.CheckAsync();
            Assert.All(await cluster.ReadRowsAsync(), row => Assert.DoesNotContain("1", row.Replicas.Split(',')));
            await traffic.CheckDisksAsync();
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }

    private async Task DrainAsync(TestCluster cluster, int node)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            HttpAnswer answer = await cluster.SendUntilAsync(HttpMethod.Post, $"/v1/brokers/{node}/drain", null, HttpStatusCode.OK);
            if (answer.Json.GetProperty("partitions_left").GetInt32() == 0)
            {
                output.WriteLine($"Node {node} is drained after {since.ElapsedMilliseconds} ms.");
                return;
            }
            Assert.True(since.Elapsed < DrainLimit, $"After {since.Elapsed} there is left: {answer.Body}; {string.Join("; ", await cluster.ReadRowsAsync())}");
            await Task.Delay(100, Cancelled);
        }
    }
}
