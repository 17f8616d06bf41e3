using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>Ten thousand clients that have nothing to say are held, cost little, and go when the silo goes.</summary>
public sealed class IdleConnectionTests
{
    private const int Count = 10_000;
    private const int OpeningAtOnce = 100;

    /// <summary>What the silo's memory may grow by for each: what Kestrel holds for a connection, and what the collector has not collected yet.</summary>
    private const int KilobytesEach = 30;

    [Fact]
    public async Task TenThousand_AreHeld_WhileAnotherClientIsServed()
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        await using KafkaClient other = await KafkaClient.ConnectAsync(silo.Kafka);
        await other.CreateTopicAsync("t");
        long before = await silo.ResidentKilobytesAsync();
        KafkaClient[] idle = await OpenAsync(silo);
        try
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal(i, (await other.ProduceAsync(Requests.Produce("t", Requests.Batch("a")))).BaseOffset);
            }
            long grown = await silo.ResidentKilobytesAsync() - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{grown} kB for {Count} connections");
            Assert.InRange(grown, long.MinValue, Count * KilobytesEach);
            Assert.DoesNotContain(idle, client => client.IsClosed);
            // Each is still served, not only held.
            foreach (KafkaClient client in idle.Where((_, i) => i % 100 == 0))
            {
                await GreetAsync(client);
            }

            Assert.Equal(0, await silo.StopAsync());

            Assert.All(await Task.WhenAll(idle.Select(client => client.ReadToEndAsync())), read => Assert.Equal(0, read));
        }
        finally
        {
            foreach (KafkaClient client in idle)
            {
                await client.DisposeAsync();
            }
        }
    }

    private static async Task<KafkaClient[]> OpenAsync(SiloProcess silo)
    {
        var clients = new KafkaClient[Count];
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = OpeningAtOnce }, async (i, _) =>
        {
            clients[i] = await KafkaClient.ConnectAsync(silo.Kafka);
            await GreetAsync(clients[i]);
        });
        return clients;
    }

    private static async Task GreetAsync(KafkaClient client) =>
        Assert.NotEmpty((await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);
}
