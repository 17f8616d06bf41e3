using Microsoft.Extensions.Hosting;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Client.Tests;

/// <summary>A silo is killed under a producer and a group outside of it, and started again: nothing is lost, nothing is there twice, and nobody has to be told.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private const int Partitions = 3;

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;
    private IHost _host = null!;
    private string _gateway = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _silo = await SiloProcess.StartAsync(_directory.Path, OutsideFixture.FastGroups);
        _gateway = await ClientHost.GatewayAsync(_directory.Path);
        _host = await ClientHost.StartAsync(_silo, _directory.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task WhatIsSent_IsThereOnce_WhenTheSiloIsKilled()
    {
        await _host.Client().Topics.CreateAsync("loaded", Partitions, cancellationToken: Stop);
        List<Delivery> deliveries = [];
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using Producer producer = _host.Client().CreateProducer(new ProducerOptions { BatchBytes = 4_096 });
        Task feeder = FeedAsync(producer, deliveries, feeding.Token);
        await using Consumer consumer = _host.Client().CreateConsumer(new ConsumerOptions { GroupId = "readers", Topics = ["loaded"], OffsetReset = OffsetReset.Earliest, CommitIntervalMs = 50 });
        HashSet<string> read = [];
        Task reader = ReadAsync(consumer, read, feeding.Token);
        await Eventually.HoldsAsync(() => Settled() >= 500 && ReadCount() >= 250);
        await RestartAsync();
        int enough = Settled() + 500;
        await Eventually.HoldsAsync(() => Settled() >= enough && ReadCount() >= enough);
        await feeding.CancelAsync();
        await feeder;
        await reader;
        await producer.FlushAsync(Stop);

        Dictionary<(int, long), int> reported = [];
        for (int i = 0; i < deliveries.Count; i++)
        {
            DeliveryReport report = await deliveries[i].WaitAsync(Stop);
            reported.Add((report.Partition.Partition, report.Offset.Value), i);
        }
        await using Consumer all = _host.Client().ReadAll("loaded", Partitions);
        List<ConsumedRecord> log = await all.TakeAsync(deliveries.Count);
        Assert.Equal(reported.OrderBy(pair => pair.Key), log.ToDictionary(record => (record.Partition.Partition, record.Offset.Value), record => int.Parse(record.ValueText!)).OrderBy(pair => pair.Key));
        long end = 0;
        for (int partition = 0; partition < Partitions; partition++)
        {
            end += (await _host.Client().Topics.DescribeAsync(new TopicPartition("loaded", partition), Stop)).LogEndOffset.Value;
        }
        Assert.Equal(deliveries.Count, end);

        int Settled()
        {
            lock (deliveries)
            {
                int low = 0;
                // They are settled in about the order in which they were sent; an estimate will do here.
                for (int i = deliveries.Count - 1; i >= 0 && low == 0; i -= 50)
                {
                    low = deliveries[i].IsSettled ? i : 0;
                }
                return low;
            }
        }

        int ReadCount()
        {
            lock (read)
            {
                return read.Count;
            }
        }
    }

    // On the same port, so that the client finds it again by itself.
    private async Task RestartAsync()
    {
        await _silo.KillAsync();
        await _silo.DisposeAsync();
        _silo = await SiloProcess.StartAsync(_directory.Path, [.. OutsideFixture.FastGroups, $"--StreamCoord:Orleans:GatewayEndpoint={_gateway}"]);
    }

    private static async Task FeedAsync(Producer producer, List<Delivery> deliveries, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            Delivery delivery = await producer.SendAsync("loaded", OutgoingRecord.Of($"{i % 100}", $"{i}"), Stop);
            lock (deliveries)
            {
                deliveries.Add(delivery);
            }
            if (i % 20 == 0)
            {
                await pace.WaitForNextTickAsync(Stop);
            }
        }
    }

    private static async Task ReadAsync(Consumer consumer, HashSet<string> read, CancellationToken stop)
    {
        try
        {
            await foreach (ConsumedRecord record in consumer.ReadAsync(stop))
            {
                lock (read)
                {
                    read.Add(record.ValueText!);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }
}
