using CsCheck;
using StreamCoord.Gateway.Kafka.Clients;

namespace StreamCoord.Gateway.Kafka.Tests.Clients;

public sealed class ConnectionCountsTests
{
    [Fact]
    public void Limits_HoldInAnyOrder()
    {
        Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 200].Sample(steps =>
        {
            var counts = new ConnectionCounts(new KafkaGatewayOptions
            {
                ConnectionsMax = 5,
                ConnectionsMaxPerAddress = 2,
            });
            int[] open = new int[4];
            foreach ((int address, bool isNew) in steps)
            {
                if (isNew)
                {
                    bool mayEnter = open.Sum() < 5 && open[address] < 2;
                    Assert.Equal(mayEnter, counts.TryEnter($"{address}") is null);
                    open[address] += mayEnter ? 1 : 0;
                }
                else if (open[address] > 0)
                {
                    counts.Leave($"{address}");
                    open[address]--;
                }
            }
        });
    }
}
