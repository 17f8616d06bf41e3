using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Client.Recipes;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

#pragma warning disable xUnit1051, CA2016 // The page is for apps, which have no test to be cancelled.

namespace StreamCoord.Client.Tests.Docs;

/// <summary>The examples of docs/client.md stand here word for word, and run.</summary>
public sealed partial class ClientPageTests(OutsideFixture outside)
{
    private const string Page = "docs/client.md";
    private const string Here = "tests/StreamCoord.Client.Tests/Docs/ClientPageTests.cs";

    private readonly TaskCompletionSource<(string?, string?)> _billed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The second bill is not written before then, so that there is something left for the next member.
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public void EveryExample_StandsHere()
    {
        string[] examples = [.. Example().Matches(File.ReadAllText(RepositoryFiles.PathOf(Page))).Select(match => Folded(match.Groups[1].Value))];
        string here = Folded(File.ReadAllText(RepositoryFiles.PathOf(Here)));
        Assert.Equal(8, examples.Length);
        Assert.All(examples, example => Assert.Contains(example, here));
    }

    [Fact]
    public async Task EveryExample_Runs()
    {
        (string gateway, string clusterId) = (await ClientHost.GatewayAsync(outside.DataDirectory), await ClientHost.ClusterIdAsync(outside.Silo));
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddStreamCoordClient(options =>
        {
            options.Gateways = [gateway];      // StreamCoord:Orleans:GatewayEndpoint of one silo or more
            options.ClusterId = clusterId;     // silos log it at start; GET /v3/clusters tells it
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<StreamCoordClient>();

        await AdministerAsync(client);
        await SendAsync(client);
        await using (Consumer member = await ReadAsync(client))
        {
            await TransactAsync(client, member);
        }
        await CoordinateAsync(client);
        Assert.Equal(["3 euros"], await client.ReadValuesAsync("invoices", 1, isolation: IsolationLevel.ReadCommitted));
        await host.StopAsync();
    }

    private static async Task AdministerAsync(StreamCoordClient client)
    {
        await client.Topics.CreateAsync("orders", partitionCount: 6);
        IReadOnlyList<FetchedOffset> committed = await client.Groups.ListOffsetsAsync("billing");
        ClusterDescription cluster = await client.Cluster.DescribeAsync();

        Assert.Empty(committed);
        Assert.Single(cluster.Brokers);
    }

    private static async Task SendAsync(StreamCoordClient client)
    {
        await using Producer producer = client.CreateProducer();
        DeliveryReport report = await producer.ProduceAsync("orders", OutgoingRecord.Of("customer 7", "2 apples"));
        Console.WriteLine($"{report.Partition} at {report.Offset}");

        List<Delivery> deliveries = [];
        for (int i = 0; i < 10_000; i++)
        {
            deliveries.Add(await producer.SendAsync("orders", OutgoingRecord.Of($"customer {i % 50}", $"{i} apples")));
        }
        foreach (Delivery delivery in deliveries)
        {
            await delivery.WaitAsync();
        }
    }

    private async Task<Consumer> ReadAsync(StreamCoordClient client)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        CancellationToken stop = enough.Token;
        Task reading = Task.Run(
            async () =>
            {
                await using Consumer consumer = client.CreateConsumer(new ConsumerOptions
                {
                    GroupId = "billing",
                    Topics = ["orders"],
                    OffsetReset = OffsetReset.Earliest,
                });
                await foreach (ConsumedRecord record in consumer.ReadAsync(stop))
                {
                    await BillAsync(record.KeyText, record.ValueText);
                }
            },
            stop);
        Assert.StartsWith("customer ", (await _billed.Task).Item1);
        await enough.CancelAsync();
        _stopped.SetResult();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Consumer next = client.CreateConsumer(new ConsumerOptions { GroupId = "billing", Topics = ["orders"], OffsetReset = OffsetReset.Earliest, CommitsItself = false });
        await next.TakeAsync(1);
        return next;
    }

    private static async Task TransactAsync(StreamCoordClient client, Consumer consumer)
    {
        await using Producer producer = client.CreateProducer(new ProducerOptions { TransactionalId = "billing-1" });
        await using ProducerTransaction transaction = await producer.BeginTransactionAsync();
        await producer.SendAsync("invoices", OutgoingRecord.Of("customer 7", "3 euros"));
        await transaction.SendOffsetsAsync(consumer.GroupMetadata, consumer.Positions);
        await transaction.CommitAsync();
    }

    private static async Task WatchAsync(StreamCoordClient client, CancellationToken stop)
    {
        await using ZNodeSession session = await client.OpenSessionAsync();
        await session.EnsurePathAsync("/app/config");
        await using ZNodeWatch watch = await session.WatchAsync("/app", isRecursive: true);
        await session.SetAsync("/app/config", "colour=blue");
        await session.CreateAsync("/app/worker-", mode: CreateMode.EphemeralSequential);
        await foreach (WatchEvent change in watch.ReadAsync(stop))
        {
            Console.WriteLine($"{change.Type} {change.Path} in {change.Zxid}");
        }
    }

    private static async Task CoordinateAsync(StreamCoordClient client)
    {
        await using ZNodeSession session = await client.OpenSessionAsync();
        await session.EnsurePathAsync("/app");
        await using ZNodeWatch done = await session.WatchAsync("/app", isRecursive: true);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task watching = WatchAsync(client, enough.Token);
        await foreach (WatchEvent change in done.ReadAsync(TestContext.Current.CancellationToken))
        {
            if (change.Path.StartsWith("/app/worker-", StringComparison.Ordinal))
            {
                break;
            }
        }
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);

        var mutex = new DistributedLock(session, "/locks/report", identifier: "host 7");
        await using (LockHold hold = await mutex.AcquireAsync())
        {
            await WriteReportAsync(hold.FencingToken, hold.Lost);
        }
    }

    private static Task WriteReportAsync(Zxid token, CancellationToken lost)
    {
        Assert.True(token > Zxid.Zero && !lost.IsCancellationRequested);
        return Task.CompletedTask;
    }

    private Task BillAsync(string? key, string? value)
    {
        return _billed.TrySetResult((key, value)) ? Task.CompletedTask : _stopped.Task;
    }

    // Without what indentation makes of it.
    private static string Folded(string code) => Blanks().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
