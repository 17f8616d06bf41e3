using System.Net.Sockets;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>More connections than there may be are closed at once, and told of in one line.</summary>
public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData("ConnectionsMax", "max.connections")]
    [InlineData("ConnectionsMaxPerAddress", "max.connections.per.ip")]
    public async Task OneMore_IsClosed_UntilAnotherGoes(string option, string config)
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path, $"--StreamCoord:Kafka:{option}=2");
        await using KafkaClient first = await ConnectAsync(silo);
        KafkaClient second = await ConnectAsync(silo);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await IsRefusedAsync(silo));
        }
        DescribeConfigsResponse described = await first.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest
            {
                Resources =
                [
                    new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = 4,
                        ResourceName = "1",
                        ConfigurationKeys = [config],
                    },
                ],
            },
            1);
        Assert.Equal("2", described.Results.Single().Configs.Single().Value);

        await second.DisposeAsync();

        await using KafkaClient third = await UntilLetInAsync(silo);
        Assert.Single(silo.Output.Split('\n'), line => line.Contains("is refused", StringComparison.Ordinal));
    }

    private static async Task<KafkaClient> ConnectAsync(SiloProcess silo)
    {
        KafkaClient client = await KafkaClient.ConnectAsync(silo.Kafka);
        Assert.NotEmpty((await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);
        return client;
    }

    private static async Task<bool> IsRefusedAsync(SiloProcess silo)
    {
        try
        {
            await using KafkaClient refused = await KafkaClient.ConnectAsync(silo.Kafka);
            return await refused.ReadToEndAsync() == 0;
        }
        catch (SocketException)
        {
            // Closed before the client knew that it was open.
            return true;
        }
    }

    // The silo hears of the end of a connection soon after.
    private static async Task<KafkaClient> UntilLetInAsync(SiloProcess silo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            try
            {
                return await ConnectAsync(silo);
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
                // Refused as yet.
            }
        }
    }
}
