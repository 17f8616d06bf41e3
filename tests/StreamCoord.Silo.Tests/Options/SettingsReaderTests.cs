using System.Net;
using Microsoft.Extensions.Configuration;
using StreamCoord.Silo.Options;
using StreamCoord.ZNodes;

namespace StreamCoord.Silo.Tests.Options;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Read_WithoutConfiguration_HasTheDocumentedDefaults()
    {
        SiloOptionsSet options = Read();

        Assert.Equal(Path.GetFullPath("data"), options.Node.DataDirectory);
        Assert.Equal(new NodeId(1), options.Node.NodeId);
        Assert.Null(options.Node.Rack);
        Assert.Equal("127.0.0.1:8080", options.Listeners.Http.ToString());
        Assert.Equal("127.0.0.1:11111", options.Listeners.Silo.ToString());
        Assert.Equal("127.0.0.1:30000", options.Listeners.Gateway.ToString());
        Assert.Null(options.Cluster.ClusterId);
        Assert.Null(options.Cluster.ConnectionString);
        Assert.Equal(1, options.Topics.DefaultPartitions);
        Assert.Equal(1, options.Topics.DefaultReplicationFactor);
        Assert.True(options.Topics.AutoCreate);
        Assert.Equal(2000, options.ZNodes.TickTimeMs);
        Assert.Equal(60_000, options.ZNodes.ContainerCheckMs);
        Assert.Null(options.ZNodes.SuperDigest);
        Assert.False(options.ZNodes.TopicReadable);
        Assert.Equal(86_400_000, options.ZNodes.HistoryMs);
    }

    [Fact]
    public void Read_TakesOverWhatIsSetForZnodes()
    {
        ZNodeOptions options = Read(
            ("ZooKeeper:TickTimeMs", "10"), ("ZooKeeper:ContainerCheckMs", "11"), ("ZooKeeper:SuperDigest", "super:D/InIHSb7yEEbrWz8b9l71RjZJU="),
            ("ZNodes:DataBytesMax", "12"), ("ZNodes:MultiOperationsMax", "13"), ("ZNodes:MultiBytesMax", "14"), ("ZNodes:EnforceQuota", "true"),
            ("ZNodes:TopicReadable", "true"), ("ZNodes:HistoryMs", "0"), ("ZNodes:CheckpointBytes", "65536")).ZNodes;

        Assert.Equal((10, 11, "super:D/InIHSb7yEEbrWz8b9l71RjZJU="), (options.TickTimeMs, options.ContainerCheckMs, options.SuperDigest));
        Assert.Equal((12, 13, 14), (options.DataBytesMax, options.MultiOperationsMax, options.MultiBytesMax));
        Assert.Equal((true, true, 0, 65_536), (options.EnforceQuota, options.TopicReadable, options.HistoryMs, options.CheckpointBytes));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("super:secret")]
    [InlineData(":D/InIHSb7yEEbrWz8b9l71RjZJU=")]
    public void Read_OfAWrongDigest_DoesNotRepeatIt(string digest)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read(("ZooKeeper:SuperDigest", digest)));

        Assert.Contains("StreamCoord:ZooKeeper:SuperDigest", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NodeId", "one", "0 to 2147483647")]
    [InlineData("NodeId", "-1", "0 to 2147483647")]
    [InlineData("NodeId", "2147483648", "0 to 2147483647")]
    [InlineData("NodeId", "", "0 to 2147483647")]
    [InlineData("Topics:DefaultPartitions", "0", "1 to 100000")]
    [InlineData("Topics:DefaultReplicationFactor", "0", "1 to 32767")]
    [InlineData("Topics:AutoCreate", "yes", "true or false")]
    [InlineData("Http:Endpoint", "8080", "address and a port")]
    [InlineData("Http:Endpoint", "127.0.0.1", "address and a port")]
    [InlineData("Http:Endpoint", "127.0.0.1:65536", "address and a port")]
    [InlineData("Http:Endpoint", "host.example:80", "address and a port")]
    [InlineData("Http:Endpoint", "::1", "address and a port")]
    [InlineData("Http:Endpoint", "0.0.0.0:8080", "Http:AdvertisedEndpoint")]
    [InlineData("Http:Endpoint", "[::]:8080", "Http:AdvertisedEndpoint")]
    [InlineData("Orleans:SiloEndpoint", "0.0.0.0:11111", "wildcard")]
    [InlineData("Orleans:GatewayEndpoint", "[::]:30000", "wildcard")]
    [InlineData("Cluster:ClusterId", "short", "22 characters")]
    [InlineData("Cluster:ClusterId", "+/+/+/+/+/+/+/+/+/+/+/", "22 characters")]
    [InlineData("Log:AppendThreads", "many", "whole number")]
    [InlineData("ZooKeeper:TickTimeMs", "9", "10 to 3600000")]
    [InlineData("ZooKeeper:ContainerCheckMs", "9", "10 to 2147483647")]
    [InlineData("ZNodes:DataBytesMax", "67108865", "1 to 67108864")]
    [InlineData("ZNodes:MultiOperationsMax", "0", "1 to 1000000")]
    [InlineData("ZNodes:MultiBytesMax", "268435457", "1 to 268435456")]
    [InlineData("ZNodes:HistoryMs", "-1", "0 to 9223372036854775807")]
    [InlineData("ZNodes:CheckpointBytes", "65535", "65536 to")]
    [InlineData("ZNodes:TopicReadable", "1", "true or false")]
    public void Read_OfAWrongValue_NamesTheKeyTheValueAndWhatIsAccepted(string key, string value, string accepted)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read((key, value)));

        Assert.Contains($"StreamCoord:{key}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(accepted, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Theory]
    [InlineData("Htpp:Endpoint", "Http:Endpoint")]
    [InlineData("http:endpont", "Http:Endpoint")]
    [InlineData("Topics:DefaultPartition", "Topics:DefaultPartitions")]
    [InlineData("Datadir", "DataDirectory")]
    [InlineData("Topics", "nearest name")]
    public void Read_OfAnUnknownKey_NamesItAndTheNearestOne(string key, string nearest)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read((key, "1")));

        Assert.Contains($"StreamCoord:{key}.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nearest, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:18080", "[::1]:18080")]
    [InlineData("10.1.2.3:65535", "10.1.2.3:65535")]
    public void Read_OfAnEndpoint_TakesAddressAndPort(string value, string expected) =>
        Assert.Equal(IPEndPoint.Parse(expected), Read(("HTTP:ENDPOINT", value)).Listeners.Http);

    [Fact]
    public void Read_OfAWildcardWithAnAdvertisedEndpoint_IsAccepted() =>
        Assert.Equal("api.example:80", Read(("Http:Endpoint", "0.0.0.0:8080"), ("Http:AdvertisedEndpoint", "api.example:80")).Listeners.HttpAdvertised);

    [Fact]
    public void NewClusterId_IsAClusterId() => Assert.True(ClusterSettings.IsClusterId(ClusterSettings.NewClusterId()));

    [Theory]
    [InlineData("Http:Endpoint", "Orleans:SiloEndpoint", "127.0.0.1:7000")]
    [InlineData("Http:Endpoint", "Orleans:GatewayEndpoint", "127.0.0.1:7000")]
    [InlineData("Orleans:SiloEndpoint", "Orleans:GatewayEndpoint", "127.0.0.1:7000")]
    public void Read_OfOnePortForTwoListeners_NamesBoth(string key, string other, string endpoint)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read((key, endpoint), (other, endpoint)));

        Assert.Contains($"StreamCoord:{key} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"StreamCoord:{other} ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfALogLevelThatDoesNotExist_NamesThoseThatDo()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Logging:LogLevel:Default", (string?)"Loud")])
            .Build();

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => SiloOptionsSet.Read(configuration));

        Assert.Contains("Logging:LogLevel:Default is 'Loud'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Warning", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--NodeId=1")]
    [InlineData("NodeId=1")]
    [InlineData("--StreamCoord:NodeId")]
    [InlineData("--help")]
    public void CommandLine_OfAnotherForm_IsRefused(string argument)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => CommandLine.Check([argument]));

        Assert.Contains(argument, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CommandLine_OfEitherForm_IsAccepted() =>
        CommandLine.Check(["--StreamCoord:NodeId=1", "--streamcoord:rack", "r1", "--Logging:LogLevel:Default=Debug"]);

    private static SiloOptionsSet Read(params (string Key, string Value)[] settings)
    {
        return SiloOptionsSet.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"StreamCoord:{setting.Key}", (string?)setting.Value)))
            .Build());
    }
}
