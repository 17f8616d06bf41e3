using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>A silo that is told to stop does not wait for clients that wait.</summary>
public sealed class StopTests
{
    private const int FiveMinutesMs = 300_000;

    [Fact]
    public async Task AStoppingSilo_AnswersWhatWaits_AndClosesItsConnections()
    {
        using var directory = new TemporaryDirectory();
        await using SiloProcess silo = await SiloProcess.StartAsync(directory.Path);
        await using KafkaClient idle = await KafkaClient.ConnectAsync(silo.Kafka);
        await idle.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0);
        await using KafkaClient waiting = await KafkaClient.ConnectAsync(silo.Kafka);
        await waiting.CreateTopicAsync("t");
        int fetch = await waiting.SendAsync(Requests.Fetch("t", 0, maxWaitMs: FiveMinutesMs), Requests.FetchVersion);
        await using KafkaClient joining = await KafkaClient.ConnectAsync(silo.Kafka);
        int join = await JoinAsync(joining);

        Task<int> stopped = silo.StopAsync();

        Assert.Empty((await waiting.ReceiveAsync<FetchResponse>(fetch, Requests.FetchVersion)).Responses.Single().Partitions.Single().Records!.Value.ToArray());
        Assert.Equal((short)ErrorCode.CoordinatorNotAvailable, (await joining.ReceiveAsync<JoinGroupResponse>(join, 3)).ErrorCode);
        Assert.Equal(0, await idle.ReadToEndAsync());
        Assert.Equal(0, await stopped);
    }

    // One member joins a generation; the other's join waits for it to come again.
    private static async Task<int> JoinAsync(KafkaClient client)
    {
        JoinGroupResponse first = await client.AskAsync<JoinGroupRequest, JoinGroupResponse>(Request(), 3);
        Assert.Equal(0, first.ErrorCode);
        return await client.SendAsync(Request(), 3);

        static JoinGroupRequest Request() => new()
        {
            GroupId = "g",
            SessionTimeoutMs = FiveMinutesMs,
            RebalanceTimeoutMs = FiveMinutesMs,
            ProtocolType = "consumer",
            Protocols =
            [
                new JoinGroupRequest.JoinGroupRequestProtocol
                {
                    Name = "range",
                    Metadata = new byte[4],
                },
            ],
        };
    }
}
