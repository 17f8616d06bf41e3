using System.Net;
using System.Net.Sockets;
using System.Text;
using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests;

/// <summary>That cuts cut what they say, and nothing else; else the schedules would show nothing.</summary>
public sealed class ClusterNetworkTests
{
    private const int Silo = 1;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACut_IsOfOneDirectionAndOfOnePair_AndHeals()
    {
        await using ClusterNetwork? network = await ClusterNetwork.TryCreateAsync();
        if (network is null)
        {
            return;
        }
        await network.AddAsync(Silo);
        using var clients = new UdpClient(new IPEndPoint(IPAddress.Parse(network.AddressOf(ClusterNetwork.Clients)), 0));
        using var database = new UdpClient(new IPEndPoint(IPAddress.Parse(network.AddressOf(ClusterNetwork.Database)), 0));

        Func<Task> healBack = await network.CutAsync([(ClusterNetwork.Clients, Silo)]);
        await SendAsync(network, clients, "the other way is cut");
        Assert.Equal("the other way is cut", await ReceiveAsync(clients));

        Func<Task> heal = await network.CutAsync([(Silo, ClusterNetwork.Clients)]);
        await SendAsync(network, clients, "lost");
        await SendAsync(network, database, "to another place");
        Assert.Equal("to another place", await ReceiveAsync(database));

        await heal();
        await healBack();
        await SendAsync(network, clients, "healed");
        Assert.Equal("healed", await ReceiveAsync(clients));
    }

    // One datagram from the silo's place.
    private static Task SendAsync(ClusterNetwork network, UdpClient to, string text)
    {
        var target = (IPEndPoint)to.Client.LocalEndPoint!;
        string[] command = [.. network.PlaceOf(Silo).Command, "bash", "-c", $"echo -n '{text}' > /dev/udp/{target.Address}/{target.Port}"];
        return SystemTool.RunAsync(command[0], command[1..]);
    }

    private static async Task<string> ReceiveAsync(UdpClient at) => Encoding.UTF8.GetString((await at.ReceiveAsync(Cancelled)).Buffer);
}
