using System.Buffers.Binary;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>Batches go in and come out as they were, in their order, or are refused with the protocol's code.</summary>
public sealed class ProduceFetchTests(SiloFixture fixture) : IAsyncLifetime
{
    private KafkaClient _client = null!;
    private string _topic = "";

    public async ValueTask InitializeAsync()
    {
        _client = await fixture.ConnectAsync();
        _topic = fixture.NewTopic();
        await _client.CreateTopicAsync(_topic);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(11)]
    public async Task Produce_InEveryLayout_PutsTheBatchAtTheEnd(short version)
    {
        byte[] batch = Requests.Batch("a", "b");
        foreach (long expected in (long[])[0, 2])
        {
            ProduceResponse response = await _client.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce(_topic, batch), version);
            ProduceResponse.PartitionProduceResponse answer = response.Responses.Single().PartitionResponses.Single();
            Assert.Equal((0, expected, -1L), ((int)answer.ErrorCode, answer.BaseOffset, answer.LogAppendTimeMs));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Fetch_InEveryLayout_ReturnsTheBatchesAsTheyWere(short version)
    {
        byte[] batch = Requests.Batch("a", "b");
        await _client.ProduceAsync(Requests.Produce(_topic, batch));

        FetchResponse response = await _client.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch(_topic, 1), version);

        FetchResponse.PartitionData partition = response.Responses.Single().Partitions.Single();
        Assert.Equal((0, 2L, 2L), ((int)partition.ErrorCode, partition.HighWatermark, partition.LastStableOffset));
        // All but the base offset and the leader epoch, which are the broker's.
        Assert.Equal(batch[16..], partition.Records!.Value.ToArray()[16..]);
    }

    [Fact]
    public async Task Produce_OfManyRequestsAtOnce_KeepsTheirOrder()
    {
        List<int> sent = [];
        for (int i = 0; i < 300; i++)
        {
            sent.Add(await _client.SendAsync(Requests.Produce(_topic, Requests.Batch($"{i}")), Requests.ProduceVersion));
        }
        for (int i = 0; i < sent.Count; i++)
        {
            ProduceResponse response = await _client.ReceiveAsync<ProduceResponse>(sent[i], Requests.ProduceVersion);
            Assert.Equal(i, response.Responses.Single().PartitionResponses.Single().BaseOffset);
        }
    }

    [Theory]
    [InlineData("crc", ErrorCode.CorruptMessage)]
    [InlineData("two", ErrorCode.InvalidRecord)]
    [InlineData("cut", ErrorCode.InvalidRecord)]
    [InlineData("none", ErrorCode.InvalidRecord)]
    [InlineData("magic", ErrorCode.InvalidRecord)]
    [InlineData("large", ErrorCode.MessageTooLarge)]
    public async Task Produce_OfABatchThatIsNotSound_IsRefused_AndNothingIsWritten(string what, ErrorCode error)
    {
        ProduceResponse.PartitionProduceResponse answer = await _client.ProduceAsync(Requests.Produce(_topic, Unsound(what)));

        Assert.Equal((error, -1L), ((ErrorCode)answer.ErrorCode, answer.BaseOffset));
        Assert.NotNull(answer.ErrorMessage);
        Assert.Equal(0, (await _client.FetchAsync(Requests.Fetch(_topic, 0))).HighWatermark);
    }

    [Fact]
    public async Task Produce_WithIllegalAcks_IsRefused()
    {
        Assert.Equal((short)ErrorCode.InvalidRequiredAcks, (await _client.ProduceAsync(Requests.Produce(_topic, Requests.Batch("a"), acks: 2))).ErrorCode);
    }

    [Fact]
    public async Task Produce_ToWhatDoesNotExist_IsRefused()
    {
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, (await _client.ProduceAsync(Requests.Produce("nowhere", Requests.Batch("a")))).ErrorCode);
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, (await _client.ProduceAsync(Requests.Produce(_topic, Requests.Batch("a"), partition: 1))).ErrorCode);
    }

    [Fact]
    public async Task Produce_ToATopicOfTheService_IsRefused()
    {
        Assert.Equal((short)ErrorCode.InvalidTopicException, (await _client.ProduceAsync(Requests.Produce("__znodes", Requests.Batch("a")))).ErrorCode);
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await _client.FetchAsync(Requests.Fetch("__znodes", 0))).ErrorCode);
    }

    [Fact]
    public async Task Produce_WithoutAcks_IsNotAnswered_AndWritten()
    {
        await _client.SendAsync(Requests.Produce(_topic, Requests.Batch("a"), acks: 0), Requests.ProduceVersion);

        FetchResponse.PartitionData partition = await _client.FetchAsync(Requests.Fetch(_topic, 0, maxWaitMs: 20_000));

        Assert.Equal(1, partition.HighWatermark);
    }

    [Fact]
    public async Task Produce_WithoutAcks_ThatFails_ClosesTheConnection()
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        await client.SendAsync(Requests.Produce("nowhere", Requests.Batch("a"), acks: 0), Requests.ProduceVersion);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AnIdempotentProducer_ThatSendsABatchAgain_IsToldTheFirstOffset()
    {
        InitProducerIdResponse init = await _client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest(), 4);
        InitProducerIdResponse other = await _client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest(), 4);
        Assert.Equal((0, 0), ((int)init.ErrorCode, (int)init.ProducerEpoch));
        Assert.NotEqual(init.ProducerId, other.ProducerId);

        Assert.Equal(0, (await _client.ProduceAsync(Requests.Produce(_topic, Sequenced(init.ProducerId, 0)))).BaseOffset);
        Assert.Equal(1, (await _client.ProduceAsync(Requests.Produce(_topic, Sequenced(init.ProducerId, 1)))).BaseOffset);
        Assert.Equal(0, (await _client.ProduceAsync(Requests.Produce(_topic, Sequenced(init.ProducerId, 0)))).BaseOffset);
        Assert.Equal((short)ErrorCode.OutOfOrderSequenceNumber, (await _client.ProduceAsync(Requests.Produce(_topic, Sequenced(init.ProducerId, 3)))).ErrorCode);
    }

    [Fact]
    public async Task Fetch_OutsideTheLog_IsRefusedWithItsEnds()
    {
        await _client.ProduceAsync(Requests.Produce(_topic, Requests.Batch("a")));

        FetchResponse.PartitionData partition = await _client.FetchAsync(Requests.Fetch(_topic, 7, maxWaitMs: 20_000));

        Assert.Equal(((short)ErrorCode.OffsetOutOfRange, 1L, 0L), (partition.ErrorCode, partition.HighWatermark, partition.LogStartOffset));
    }

    [Fact]
    public async Task Fetch_OfLessThanABatch_ReturnsTheFirstBatchWhole_AndNoOther()
    {
        byte[] batch = Requests.Batch(new string('x', 1_000));
        await _client.ProduceAsync(Requests.Produce(_topic, batch));
        await _client.ProduceAsync(Requests.Produce(_topic, batch));

        Assert.Equal(batch.Length, (await _client.FetchAsync(Requests.Fetch(_topic, 0, maxBytes: 10))).Records!.Value.Length);
    }

    [Fact]
    public async Task Fetch_WaitsUntilThereIsEnough()
    {
        byte[] batch = Requests.Batch("a");
        await using KafkaClient producer = await fixture.ConnectAsync();
        int fetch = await _client.SendAsync(Requests.Fetch(_topic, 0, maxWaitMs: 20_000, minBytes: batch.Length + 1), Requests.FetchVersion);

        await producer.ProduceAsync(Requests.Produce(_topic, batch));
        await producer.ProduceAsync(Requests.Produce(_topic, batch));

        FetchResponse response = await _client.ReceiveAsync<FetchResponse>(fetch, Requests.FetchVersion);
        Assert.Equal(2 * batch.Length, response.Responses.Single().Partitions.Single().Records!.Value.Length);
    }

    [Fact]
    public async Task Fetch_OfAnUnknownSession_SaysSo()
    {
        FetchRequest request = Requests.Fetch(_topic, 0);
        request.SessionId = 5;
        request.SessionEpoch = 1;

        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, (await _client.AskAsync<FetchRequest, FetchResponse>(request, 12)).ErrorCode);
    }

    private static byte[]? Unsound(string what)
    {
        byte[] batch = Requests.Batch("a");
        switch (what)
        {
            case "crc":
                batch[^1] ^= 1;
                return batch;
            case "two":
                return [.. batch, .. batch];
            case "cut":
                return batch[..^1];
            case "none":
                return null;
            case "magic":
                batch[16] = 1;
                return batch;
            default:
                return Requests.Batch(new string('x', 1_100_000));
        }
    }

    private static byte[] Sequenced(long producerId, int sequence)
    {
        byte[] batch = Requests.Batch("a");
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), 0);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));
        return batch;
    }
}
