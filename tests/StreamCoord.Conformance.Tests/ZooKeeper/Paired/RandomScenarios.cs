using StreamCoord.Conformance.Tests.ZooKeeper.Wire;
using StreamCoord.Testing;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Several sessions that ask by chance. <c>STREAMCOORD_TEST_SEED</c> makes one sequence again.</summary>
[Collection(nameof(PairedCollection))]
public sealed class RandomScenarios(ServicePair pair)
{
    private const int Requests = 700;

    /// <summary>The modes of the watches of each client.</summary>
    private static readonly int[] WatchModes = [-1, -1, 0, 1];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WhateverIsAsked(int offset)
    {
        int seed = TestSeed.Next() + offset;
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed - offset}");
        await pair.CompareAsync(script => RunAsync(script, seed));
    }

    private static async Task RunAsync(Script script, int seed)
    {
        var requests = new RandomRequests(seed, script.Root);
        var zxids = new List<long> { 0 };
        var clients = new ScriptClient[WatchModes.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i] = await script.ConnectAsync();
        }
        for (int step = 0; step < Requests; step++)
        {
            int who = requests.Next(clients.Length);
            switch (requests.Next(50))
            {
                case 0:
                    int from = script.Count;
                    await clients[who].CallAsync(Request.Close());
                    script.SortFrom(from);
                    await clients[who].ExpectCloseAsync();
                    clients[who] = await script.ConnectAsync();
                    await DrainAsync(); // The znodes of a session end in no order.
                    break;
                case 1:
                    clients[who].Dispose();
                    ConnectReply session = clients[who].Session!;
                    clients[who] = await script.ConnectAsync(new ConnectRequest { SessionId = session.SessionId, Password = session.Password });
                    break;
                case 2 when WatchModes[who] < 0:
                    await clients[who].CallAsync(requests.SetWatches(zxids[requests.Next(zxids.Count)]));
                    break;
                case 3:
                    await clients[who].CallAsync(Request.Auth("digest", "ann:secret"));
                    break;
                default:
                    Request request = requests.Make(WatchModes[who]);
                    ScriptReply reply = await clients[who].CallAsync(request);
                    if (reply.IsClosed)
                    {
                        clients[who] = await script.ConnectAsync();
                    }
                    else if (Opcode.IsWrite(request.Opcode))
                    {
                        zxids.Add(reply.Zxid);
                    }
                    break;
            }
        }
        await DrainAsync();

        async Task DrainAsync()
        {
            foreach (ScriptClient client in clients)
            {
                await client.DrainAsync(sorted: true);
            }
        }
    }
}
