using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Handlers;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>The statistics of connections and of the server are set back apart, and what has ended counts on.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SessionConnections _sessions = new();
    private readonly ServerStatistics _server;
    private readonly ZooKeeperConnection _connection;

    public StatisticsTests()
    {
        _server = new ServerStatistics(_sessions, _time);
        _connection = NewConnection();
        _sessions.Take(new SessionId(1), _connection);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void TheServers_AreSetBackAlone()
    {
        Answer(_connection, 5);
        Answer(_connection, 50);

        _server.SetBack();

        Assert.Equal((0, 0, 0, 0), Numbers());
        Assert.Equal((2, 2, 5, 50), (_connection.Statistics.ReceivedCount, _connection.Statistics.SentCount, _connection.Statistics.Latency.MinMs, _connection.Statistics.Latency.MaxMs));
        Answer(_connection, 7);
        Assert.Equal((1, 1, 7, 7), Numbers());
    }

    [Fact]
    public void AConnections_AreSetBackAlone()
    {
        Answer(_connection, 5);

        _connection.Statistics.SetBack();

        Assert.Equal((1, 1, 5, 5), Numbers());
        Assert.Matches(@"^ /127\.0\.0\.1:1\[1\]\(queued=0,recved=0,sent=0,sid=0x0,lop=NA,est=-?[0-9]+,to=0,lzxid=0xffffffffffffffff,lresp=0,llat=0,minlat=0,avglat=0,maxlat=0$", Line());
        Answer(_connection, 9);
        Assert.Contains("recved=1,sent=1,", Line(), StringComparison.Ordinal);
        Assert.Contains("lop=PING,", Line(), StringComparison.Ordinal);
        Assert.Contains("lcxid=0x7,", Line(), StringComparison.Ordinal);
        Assert.Contains("llat=9,minlat=9,avglat=9,maxlat=9", Line(), StringComparison.Ordinal);
    }

    [Fact]
    public void AConnectionThatHasEnded_CountsOn_UntilTheServersAreSetBack()
    {
        using ZooKeeperConnection ended = NewConnection();
        Answer(ended, 20);
        _server.Ended(ended.Statistics);
        Answer(_connection, 3);
        Assert.Equal((2, 2, 3, 20), Numbers());

        _server.SetBack();

        Assert.Equal((0, 0, 0, 0), Numbers());
    }

    private (long Received, long Sent, long ShortestMs, long LongestMs) Numbers()
    {
        ServerStatistics.Totals totals = _server.Now();
        return (totals.ReceivedCount, totals.SentCount, totals.ShortestMs, totals.LatencyMaxMs);
    }

    private string Line() => ConnectionLine.Short(_connection) + ConnectionLine.Rest(_connection);

    private void Answer(ZooKeeperConnection connection, int elapsedMs)
    {
        var ticket = new RequestTicket(new PingHandler(), 7, 8, _time.GetTimestamp());
        connection.Statistics.Received(1);
        _time.Advance(TimeSpan.FromMilliseconds(elapsedMs));
        connection.Statistics.Answered(ticket, new Zxid(1));
    }

    private ZooKeeperConnection NewConnection()
    {
        var services = new ZooKeeperServices(null!, null!, _sessions, null!, new ClusterIdentity("c", new NodeId(1), default), new ZooKeeperGatewayOptions(), _time);
        return new ZooKeeperConnection(null!, new ClientAddress(new IPEndPoint(IPAddress.Loopback, 1), null), services, NullLogger.Instance);
    }
}
