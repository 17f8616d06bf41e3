using System.Text;
using StreamCoord.Brokers;
using StreamCoord.Grains.Brokers;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Brokers;

/// <summary>The JSON of each znode, letter for letter: tools made for Kafka read it.</summary>
public sealed class KafkaJsonTests
{
    private static readonly TopicId Id = new(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
    private static readonly NodeId[] Nodes = [new(1)];

    [Fact]
    public void Broker_IsReadAsItWasWritten()
    {
        byte[] written = BrokerNode.Write(new BrokerEndpoints("h", [new BrokerListener("SASL_SSL", "SASL_SSL", "[::1]:9092"), new BrokerListener("HTTP", "SSL", "h:8080")], "r1"), 0);

        Assert.Equal(new LiveBroker(new NodeId(2), "::1", 9092, "r1", "h:8080"), BrokerNode.TryRead("2", written));
    }

    [Theory]
    [InlineData("x", """{"host":"h","timestamp":"0","endpoints":["PLAINTEXT://h:1"],"listener_security_protocol_map":{}}""")]
    [InlineData("2", """{"host":"h","timestamp":"0","endpoints":["HTTP://h:1"],"listener_security_protocol_map":{}}""")]
    [InlineData("2", """{"host":"h","timestamp":"0","endpoints":["PLAINTEXT://h"],"listener_security_protocol_map":{}}""")]
    [InlineData("2", "not json")]
    [InlineData("2", "")]
    public void Broker_ThatNobodyCanReach_IsNone(string name, string data) => Assert.Null(BrokerNode.TryRead(name, Encoding.UTF8.GetBytes(data)));

    [Fact]
    public void Controller_IsReadAsItWasWritten()
    {
        Assert.Equal(new NodeId(3), ControllerNode.TryRead(ControllerNode.Write(new NodeId(3), 0)));
        Assert.Null(ControllerNode.TryRead(Encoding.UTF8.GetBytes("x")));
    }

    [Fact]
    public void Broker_IsOfVersion5()
    {
        var endpoints = new BrokerEndpoints("h", [new BrokerListener("HTTP", "PLAINTEXT", "h:8080"), new BrokerListener("SILO", "SSL", "h:11111")], "r1");

        AssertJson(
            """{"version":5,"host":"h","port":-1,"jmx_port":-1,"timestamp":"1700000000000","endpoints":["HTTP://h:8080","SILO://h:11111"],"listener_security_protocol_map":{"HTTP":"PLAINTEXT","SILO":"SSL"},"rack":"r1","features":{}}""",
            BrokerNode.Write(endpoints, 1_700_000_000_000));
    }

    [Fact]
    public void Broker_HasThePortOfItsPlainKafkaListener()
    {
        var endpoints = new BrokerEndpoints("h", [new BrokerListener("HTTP", "PLAINTEXT", "h:8080"), new BrokerListener("PLAINTEXT", "PLAINTEXT", "[::1]:9092")], null);

        Assert.Contains("\"port\":9092,", Encoding.UTF8.GetString(BrokerNode.Write(endpoints, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Broker_WithoutARack_HasNone() =>
        Assert.DoesNotContain("rack", Encoding.UTF8.GetString(BrokerNode.Write(new BrokerEndpoints("h", [], null), 0)), StringComparison.Ordinal);

    [Fact]
    public void Controller_IsOfVersion2() =>
        AssertJson("""{"version":2,"brokerid":7,"timestamp":"12","kraftControllerEpoch":-1}""", ControllerNode.Write(new NodeId(7), 12));

    [Fact]
    public void ClusterId_HasItsVersionAsText() => AssertJson("""{"version":"1","id":"abc"}""", ClusterIdNode.Write("abc"));

    [Fact]
    public void Topic_IsOfVersion3_AndIsReadBack()
    {
        byte[] json = TopicNode.Write(Id, [Assignment.Of(Nodes), Assignment.Of(Nodes)]);

        AssertJson("""{"version":3,"topic_id":"ABEiM0RVZneImaq7zN3u_w","partitions":{"0":[1],"1":[1]},"adding_replicas":{},"removing_replicas":{}}""", json);
        (TopicId topicId, IReadOnlyList<Assignment> assignment) = TopicNode.Read("t", json);
        Assert.Equal(Id, topicId);
        Assert.Equal([Nodes, Nodes], assignment.Select(each => each.Replicas));
    }

    [Fact]
    public void Topic_WhosePartitionIsMoved_SaysWhoComesAndWhoGoes()
    {
        byte[] json = TopicNode.Write(Id, [Assignment.Of(Nodes), Assignment.Of(Nodes).MoveTo([new(3)])]);

        AssertJson("""{"version":3,"topic_id":"ABEiM0RVZneImaq7zN3u_w","partitions":{"0":[1],"1":[3,1]},"adding_replicas":{"1":[3]},"removing_replicas":{"1":[1]}}""", json);
        Assert.True(Assignment.Of(Nodes).MoveTo([new(3)]).IsSameAs(TopicNode.Read("t", json).Assignments[1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":4,"topic_id":"ABEiM0RVZneImaq7zN3u_w","partitions":{"0":[1]}}""")]
    [InlineData("""{"version":3,"topic_id":"?","partitions":{"0":[1]}}""")]
    [InlineData("""{"version":3,"topic_id":"ABEi","partitions":{"0":[1]}}""")]
    [InlineData("""{"version":3,"topic_id":"ABEiM0RVZneImaq7zN3u_w","partitions":{}}""")]
    public void Topic_ThatIsNone_IsRefused(string json) => Assert.Throws<TopicZNodeException>(() => TopicNode.Read("t", Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void TopicConfig_IsOfVersion1_AndIsReadBack()
    {
        byte[] json = TopicConfigNode.Write(new Dictionary<string, string> { ["retention.ms"] = "1000" });

        AssertJson("""{"version":1,"config":{"retention.ms":"1000"}}""", json);
        Assert.Null(TopicConfigNode.TryRead(json, out IReadOnlyDictionary<string, string> configs));
        Assert.Equal([KeyValuePair.Create("retention.ms", "1000")], configs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"config":null}""")]
    [InlineData("""{"version":1,"config":{"retention.ms":null}}""")]
    [InlineData("""{"version":1,"config":{"retention.ms":1000}}""")]
    [InlineData("""{"version":2,"config":{}}""")]
    [InlineData("""{"version":1,"config":{"no.such":"1"}}""")]
    [InlineData("""{"version":1,"config":{"retention.ms":"-7"}}""")]
    [InlineData("""{"version":1,"config":{}} more""")]
    public void TopicConfig_ThatIsIllegal_IsNamedSo(string json) => Assert.NotNull(TopicConfigNode.TryRead(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void TopicRecord_IsOfVersion1() => AssertJson(
        """{"version":1,"topic":"a.b","config":{"retention.ms":"1000"}}""",
        TopicRecordNode.Write("a.b", new Dictionary<string, string> { ["retention.ms"] = "1000" }));

    [Theory]
    [InlineData(-1, """{"controller_epoch":4,"leader":1,"version":1,"leader_epoch":0,"isr":[1,3]}""")]
    [InlineData(5, """{"controller_epoch":4,"leader":3,"version":1,"leader_epoch":5,"isr":[1,3]}""")]
    public void PartitionState_SaysWhatTheTableSays(int epoch, string expected)
    {
        NodeId? leader = epoch < 0 ? null : new NodeId(3);
        var row = new LeadershipRow(Id, 0, Assignment.Of([new(1), new(3)]), new LeaderEpoch(epoch), leader, new InSyncSet([new(new(1), default), new(new(3), default)], 0));

        AssertJson(expected, PartitionStateNode.Write(row, 4));
    }

    private static void AssertJson(string expected, byte[] json) => Assert.Equal(expected, Encoding.UTF8.GetString(json));
}
