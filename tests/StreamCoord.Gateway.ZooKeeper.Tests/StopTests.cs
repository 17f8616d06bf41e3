using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>A silo that stops answers what was begun; a session outlives it.</summary>
public sealed class StopTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AStop_AnswersWhatWasBegun_AndTheSessionIsThereAfterTheStart()
    {
        ConnectResponse session;
        await using (SiloProcess first = await SiloProcess.StartAsync(_directory.Path))
        {
            await using ZooKeeperClient client = await ZooKeeperClient.DialAsync(first.ZooKeeper);
            session = await client.ConnectAsync(30_000);
            await client.CreateAsync("/here", CreateMode.Ephemeral);
            for (int i = 0; i < 100; i++)
            {
                await client.SendAsync(OpCode.SetData, new SetDataRequest("/here", new byte[] { 1 }, -1), 1_000 + i);
            }
            await client.ReceiveAsync();
            Task<int> stopping = first.StopAsync();
            // Whatever was taken is answered in its order; whatever was not, is not.
            int answered = 1;
            try
            {
                for (; ; answered++)
                {
                    Assert.Equal((1_000 + answered, ZNodeError.Ok), (await client.ReceiveAsync()) switch { var one => (one.Header.Xid, one.Error) });
                }
            }
            catch (IOException)
            {
                // The end of the connection.
            }
            Assert.Equal(0, await stopping);
        }

        await using SiloProcess second = await SiloProcess.StartAsync(_directory.Path);
        await using ZooKeeperClient again = await ZooKeeperClient.DialAsync(second.ZooKeeper);
        ConnectResponse resumed = await again.ConnectAsync(30_000, session);

        Assert.Equal((session.Session, 30_000), (resumed.Session, resumed.TimeoutMs));
        Assert.Equal(session.Session, (await again.ExistsAsync("/here")).Body<ExistsResponse>().Stat.EphemeralOwner);
    }
}
