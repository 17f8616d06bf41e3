using System.Buffers.Binary;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>Many who mean no good at once: a line of the log for each, no memory to speak of, and nobody else hears of it.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const int Count = 500;
    private const int GrowthKilobytesMax = 100_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Nonsense_ClosesEachConnection_AndEachHasOneLine()
    {
        await using KafkaClient bystander = await KafkaClient.ConnectAsync(_silo.Kafka);
        for (int i = 0; i < Count; i++)
        {
            await using KafkaClient client = await KafkaClient.ConnectAsync(_silo.Kafka);
            await client.SendBytesAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.Equal(0, await client.ReadToEndAsync());
        }

        await UntilAsync(() => LinesOfClosedConnections() >= Count);
        await GreetAsync(bystander);
        Assert.Equal(Count, LinesOfClosedConnections());
    }

    [Fact]
    public async Task FramesThatAreAnnounced_TakeNoMemoryBeforeTheyCome()
    {
        await using KafkaClient bystander = await KafkaClient.ConnectAsync(_silo.Kafka);
        await GreetAsync(bystander);
        long before = await _silo.ResidentKilobytesAsync();
        List<KafkaClient> clients = [];
        byte[] announcement = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(announcement, 100_000_000);
        for (int i = 0; i < Count; i++)
        {
            clients.Add(await KafkaClient.ConnectAsync(_silo.Kafka));
            await clients[i].SendBytesAsync(announcement);
        }

        await GreetAsync(bystander);
        Assert.InRange(await _silo.ResidentKilobytesAsync() - before, long.MinValue, GrowthKilobytesMax);
        foreach (KafkaClient client in clients)
        {
            client.EndSending();
            Assert.Equal(0, await client.ReadToEndAsync());
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task WhoeverComesAndGoes_IsNotSpokenOf()
    {
        await using KafkaClient bystander = await KafkaClient.ConnectAsync(_silo.Kafka);
        await GreetAsync(bystander);
        long before = await _silo.ResidentKilobytesAsync();
        for (int i = 0; i < 3_000; i++)
        {
            await using KafkaClient client = await KafkaClient.ConnectAsync(_silo.Kafka);
        }

        await GreetAsync(bystander);
        Assert.InRange(await _silo.ResidentKilobytesAsync() - before, long.MinValue, GrowthKilobytesMax);
        Assert.Equal(0, LinesOfClosedConnections());
    }

    [Fact]
    public async Task ClientsThatNeverRead_HoldAFewAnswersAndNoMore()
    {
        await using KafkaClient bystander = await KafkaClient.ConnectAsync(_silo.Kafka);
        await bystander.CreateTopicAsync("large");
        await bystander.ProduceAsync(Requests.Produce("large", Requests.Batch(new string('x', 900_000))));
        long before = await _silo.ResidentKilobytesAsync();
        List<KafkaClient> silent = [];
        for (int i = 0; i < 20; i++)
        {
            silent.Add(await KafkaClient.ConnectAsync(_silo.Kafka));
            for (int asked = 0; asked < 50; asked++)
            {
                await silent[i].SendAsync(Requests.Fetch("large", 0), Requests.FetchVersion);
            }
        }

        Assert.Equal(0, (await bystander.ProduceAsync(Requests.Produce("large", Requests.Batch("a")))).ErrorCode);
        // 900 MB were asked for.
        Assert.InRange(await _silo.ResidentKilobytesAsync() - before, long.MinValue, 4 * GrowthKilobytesMax);
        foreach (KafkaClient client in silent)
        {
            await client.DisposeAsync();
        }
    }

    private int LinesOfClosedConnections() => _silo.Output.Split('\n').Count(line => line.Contains("The Kafka connection from ", StringComparison.Ordinal));

    private static async Task GreetAsync(KafkaClient client) =>
        Assert.NotEmpty((await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);

    // What a process writes is read a moment later.
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
