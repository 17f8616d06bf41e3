using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Client.Tests;

/// <summary>Options that cannot be worked with are refused where they are given, with a message that says what to do.</summary>
public sealed class OptionsTests(OutsideFixture outside)
{
    public static TheoryData<ProducerOptions, string> WrongProducers => new()
    {
        { new ProducerOptions { TransactionalId = "" }, "TransactionalId is empty" },
        { new ProducerOptions { TransactionalId = "t", IsIdempotent = false }, "needs IsIdempotent" },
        { new ProducerOptions { Acks = RequiredAcks.Leader }, "needs All" },
        { new ProducerOptions { LingerMs = -1 }, "It takes 0 to 600000" },
        { new ProducerOptions { BatchBytes = 100 }, "It takes 1024 to" },
        { new ProducerOptions { BufferBytes = 1_000 }, "BufferBytes is 1000" },
        { new ProducerOptions { RecordBytesMax = 0 }, "RecordBytesMax is 0" },
        { new ProducerOptions { DeliveryTimeoutMs = 0 }, "DeliveryTimeoutMs is 0" },
        { new ProducerOptions { Partitioner = null! }, "KeyPartitioners" },
        { new ProducerOptions { Compression = (CompressionCodec)9 }, "no codec" },
        { new ProducerOptions { Compression = CompressionCodec.Gzip, CompressionLevel = 10 }, "gzip has 1 to 9" },
        { new ProducerOptions { CompressionLevel = 1 }, "None does not have" },
        { new ProducerOptions { TransactionalId = "t", TransactionTimeoutMs = 0 }, "TransactionTimeoutMs is 0" },
    };

    public static TheoryData<ConsumerOptions, string> WrongConsumers => new()
    {
        { new ConsumerOptions(), "nothing to read" },
        { new ConsumerOptions { Topics = ["t"] }, "name the GroupId" },
        { new ConsumerOptions { GroupId = "", Topics = ["t"] }, "GroupId is empty" },
        { new ConsumerOptions { GroupId = "g", Topics = ["a b"] }, "consists of the characters" },
        { new ConsumerOptions { GroupId = "g", Topics = ["t"], Partitions = [new("t", 0)] }, "both given" },
        { new ConsumerOptions { Partitions = [new("t", -1)] }, "no partition t/-1" },
        { new ConsumerOptions { Partitions = [new("t", 1), new("t", 1)] }, "twice" },
        { new ConsumerOptions { GroupId = "g", Topics = ["t"], InstanceId = "" }, "InstanceId is empty" },
        { new ConsumerOptions { Partitions = [new("t", 1)], FetchBytes = 0 }, "FetchBytes is 0" },
        { new ConsumerOptions { Partitions = [new("t", 1)], PrefetchBytes = 1 }, "PrefetchBytes is 1" },
        { new ConsumerOptions { Partitions = [new("t", 1)], FetchWaitMs = 60_000 }, "FetchWaitMs is 60000" },
        { new ConsumerOptions { Partitions = [new("t", 1)], OffsetReset = (OffsetReset)7 }, "does not exist" },
        { new ConsumerOptions { GroupId = "g", Topics = ["t"], CommitIntervalMs = 0 }, "CommitIntervalMs is 0" },
        { new ConsumerOptions { GroupId = "g", Topics = ["t"], RebalanceTimeoutMs = 0 }, "RebalanceTimeoutMs is 0" },
    };

    public static TheoryData<StreamCoordClientOptions, string> WrongClients => new()
    {
        { new StreamCoordClientOptions { Gateways = ["nowhere"], ClusterId = "c" }, "'nowhere'" },
        { new StreamCoordClientOptions { Gateways = ["127.0.0.1"], ClusterId = "c" }, "address with a port" },
        { new StreamCoordClientOptions { Gateways = ["127.0.0.1:30000"] }, "need the ClusterId" },
        { new StreamCoordClientOptions { ClusterId = "c" }, "without Gateways" },
        { new StreamCoordClientOptions { RetryTimeoutMs = -1 }, "RetryTimeoutMs is -1" },
        { new StreamCoordClientOptions { ConnectTimeoutMs = -1 }, "ConnectTimeoutMs is -1" },
    };

    [Theory]
    [MemberData(nameof(WrongProducers), DisableDiscoveryEnumeration = true)]
    public void WrongProducerOptions_AreRefused(ProducerOptions options, string reason) =>
        Assert.Contains(reason, Assert.Throws<OptionsValidationException>(() => outside.Client.CreateProducer(options)).Message);

    [Theory]
    [MemberData(nameof(WrongConsumers), DisableDiscoveryEnumeration = true)]
    public void WrongConsumerOptions_AreRefused(ConsumerOptions options, string reason) =>
        Assert.Contains(reason, Assert.Throws<OptionsValidationException>(() => outside.Client.CreateConsumer(options)).Message);

    [Theory]
    [MemberData(nameof(WrongClients), DisableDiscoveryEnumeration = true)]
    public void WrongClientOptions_AreRefused(StreamCoordClientOptions options, string reason) => Assert.Contains(
        reason,
        Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddStreamCoordClient(own =>
            (own.Gateways, own.ClusterId, own.RetryTimeoutMs, own.ConnectTimeoutMs) = (options.Gateways, options.ClusterId, options.RetryTimeoutMs, options.ConnectTimeoutMs))).Message);

    [Fact]
    public void WithoutAWayToACluster_ThatIsSaid()
    {
        using ServiceProvider services = new ServiceCollection().AddStreamCoordClient().BuildServiceProvider();
        Assert.Contains("Gateways", Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<StreamCoordClient>()).Message);
    }
}
