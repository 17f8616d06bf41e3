using System.Net;
using System.Net.Sockets;
using System.Text;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>ZooKeeper's four-letter words, in the shapes that monitoring reads.</summary>
public sealed class FourLetterWordTests(SiloFixture fixture)
{
    [Theory]
    [InlineData("ruok", "^imok$")]
    [InlineData("isro", "^rw$")]
    [InlineData("srvr", @"^Zookeeper version: 3\.9\.\S+, built on [^\n]+\nLatency min/avg/max: \d+/\d+\.\d+/\d+\nReceived: \d+\nSent: \d+\nConnections: \d+\nOutstanding: \d+\nZxid: 0x[0-9a-f]+\nMode: standalone\nNode count: \d+\n$")]
    [InlineData("stat", @"^Zookeeper version: [^\n]+\nClients:\n( /127\.0\.0\.1:\d+\[1\]\(queued=\d+,recved=\d+,sent=\d+\)\n)+\nLatency min/avg/max: ")]
    [InlineData("cons", @"^( /127\.0\.0\.1:\d+\[1\]\(queued=\d+,recved=\d+,sent=\d+,sid=0x[0-9a-f]+,lop=[A-Z0-9]+,est=\d+,to=\d+,lcxid=0x[0-9a-f]+,lzxid=0x[0-9a-f]+,lresp=\d+,llat=\d+,minlat=\d+,avglat=\d+,maxlat=\d+\)\n)+\n$")]
    [InlineData("mntr", @"^zk_version\t3\.9\.[^\n]+\nzk_server_state\tstandalone\n(zk_[a-z_]+\t[0-9.]+\n)+$")]
    [InlineData("conf", @"^clientPort=\d+\nsecureClientPort=-1\ndataDirSize=[1-9]\d*\ndataLogSize=[1-9]\d*\ntickTime=200\nmaxClientCnxns=0\nminSessionTimeout=400\nmaxSessionTimeout=4000\nclientPortListenBacklog=4096\nserverId=1\n$")]
    [InlineData("envi", @"^Environment:\nzookeeper\.version=3\.9\.")]
    [InlineData("wchs", @"^\d+ connections watching \d+ paths\nTotal watches:\d+\n$")]
    [InlineData("dirs", @"^datadir_size: [1-9]\d*\nlogdir_size: [1-9]\d*\n$")]
    public async Task AWord_IsAnsweredInItsShape(string word, string shape)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.AskAsync(OpCode.Exists, new ExistsRequest("/", true));

        Assert.Matches(shape, await AskAsync(fixture.Silo.ZooKeeper, word));
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("gtmk")]
    [InlineData("stmk")]
    public async Task AWordWithoutATrueAnswer_SaysWhy(string word) =>
        Assert.Matches($@"^{word} is not executed\. [A-Z].*\.\n$", await AskAsync(fixture.Silo.ZooKeeper, word));

    [Theory]
    [InlineData("crst")]
    [InlineData("srst")]
    public async Task AWordThatChangesSomething_IsNotOnTheListByDefault(string word) =>
        Assert.Equal($"{word} is not executed because it is not in the whitelist.\n", await AskAsync(fixture.Silo.ZooKeeper, word));

    [Fact]
    public async Task AWordThatIsNone_IsTheLengthOfAMessage() => Assert.Equal("", await AskAsync(fixture.Silo.ZooKeeper, "nope"));

    internal static async Task<string> AskAsync(string endpoint, string word)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(endpoint));
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(word));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
