using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Client;
using StreamCoord.Client.Recipes;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.ZNodes;

namespace StreamCoord.Cluster.Tests;

/// <summary>An app with the client library, while each silo of the cluster is killed in turn.</summary>
[Collection(nameof(OneCluster))]
public sealed class ClientLibraryTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int Partitions = 3;
    private const int Progress = 50;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task AppGoesOn_AndMissesNothing() => shared.RunAsync(async cluster =>
    {
        await cluster.CreateTopicAsync("app", Partitions);
        using IHost host = await StartAsync(cluster);
        var client = host.Services.GetRequiredService<StreamCoordClient>();
        await using (ZNodeSession session = await client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 40_000 }, Stop))
        {
            await using LockHold hold = await new DistributedLock(session, "/app/lock").AcquireAsync(Stop);
            await session.EnsurePathAsync("/app/counter", Stop);
            await using ZNodeWatch watch = await session.WatchAsync("/app/counter", cancellationToken: Stop);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            ConcurrentQueue<Zxid> written = new();
            ConcurrentDictionary<string, bool> acknowledged = new();
            ConcurrentDictionary<string, bool> read = new();
            Task[] work = [WriteAsync(client, written, enough.Token), ProduceAsync(client, acknowledged, enough.Token), ConsumeAsync(client, read, enough.Token)];
            foreach (ClusterNode node in cluster.Nodes)
            {
                await node.KillAsync();
                long killed = Stopwatch.GetTimestamp();
                await AwaitMoreAsync(work, () => written.Count, () => acknowledged.Count, () => read.Count);
                output.WriteLine($"Everything goes on {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after silo {node.Number} was killed.");
                node.Start();
                await cluster.AwaitWholeAsync();
            }
            int all = acknowledged.Count;
            await AwaitAsync(work, () => read.Count >= all && acknowledged.Keys.Take(all).All(read.ContainsKey));
            await enough.CancelAsync();
            await Task.WhenAll(work);

            Assert.False(session.Lost.IsCancellationRequested || hold.Lost.IsCancellationRequested);
            Assert.True((await session.ExistsAsync(hold.Path, cancellationToken: Stop))!.Value.EphemeralOwner == session.Id);
            List<Zxid> told = await ReadUntilAsync(watch, written.Last());
            output.WriteLine($"{written.Count} changes acknowledged, {told.Count} told; {acknowledged.Count} records acknowledged, {read.Count} read.");
            Assert.Equal(told.Order().Distinct(), told);
            // What was not acknowledged may have been carried out as well.
            Assert.Empty(written.Except(told));
        }
        await host.StopAsync(Stop);
    });

    private static async Task<IHost> StartAsync(TestCluster cluster)
    {
        string[] gateways = [.. cluster.Nodes.Select(node => node.Gateway!)];
        string clusterId = (await cluster.FindClusterPathAsync()).Split('/')[^1];
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStreamCoordClient(options => (options.Gateways, options.ClusterId, options.AttemptTimeoutMs) = (gateways, clusterId, 1_000));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task WriteAsync(StreamCoordClient client, ConcurrentQueue<Zxid> written, CancellationToken enough)
    {
        await using ZNodeSession session = await client.OpenSessionAsync(new ZNodeSessionOptions { TimeoutMs = 40_000 }, Stop);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            try
            {
                written.Enqueue((await session.SetAsync("/app/counter", $"{i}", cancellationToken: Stop)).Mzxid);
            }
            catch (ZNodeException failure) when (failure.Error is ZNodeError.ConnectionLoss or ZNodeError.SessionMoved)
            {
                // It may be written or not.
            }
            await pace.WaitForNextTickAsync(Stop);
        }
    }

    private static async Task ProduceAsync(StreamCoordClient client, ConcurrentDictionary<string, bool> acknowledged, CancellationToken enough)
    {
        await using Producer producer = client.CreateProducer();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            await producer.ProduceAsync("app", OutgoingRecord.Of($"{i % 10}", $"{i}"), Stop);
            acknowledged.TryAdd($"{i}", true);
            await pace.WaitForNextTickAsync(Stop);
        }
    }

    private static async Task ConsumeAsync(StreamCoordClient client, ConcurrentDictionary<string, bool> read, CancellationToken enough)
    {
        await using Consumer consumer = client.CreateConsumer(new ConsumerOptions { GroupId = "app", Topics = ["app"], OffsetReset = OffsetReset.Earliest });
        try
        {
            await foreach (ConsumedRecord record in consumer.ReadAsync(enough))
            {
                read.TryAdd(record.ValueText!, true);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private static async Task AwaitMoreAsync(Task[] work, params Func<int>[] counts)
    {
        int[] before = [.. counts.Select(count => count())];
        await AwaitAsync(work, () => counts.Zip(before).All(pair => pair.First() >= pair.Second + Progress));
    }

    private static async Task AwaitAsync(Task[] work, Func<bool> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds())
        {
            await Task.WhenAll(work.Where(task => task.IsFaulted));
            await look.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<List<Zxid>> ReadUntilAsync(ZNodeWatch watch, Zxid last)
    {
        List<Zxid> told = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit);
        await foreach (WatchEvent change in watch.ReadAsync(limit.Token))
        {
            told.Add(change.Zxid);
            if (change.Zxid >= last)
            {
                break;
            }
        }
        return told;
    }
}
