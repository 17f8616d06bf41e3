using System.Buffers.Binary;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>Batches go in and come out as they were, in their order, or are refused with the protocol's code.</summary>
public sealed class ProduceFetchTests(SiloFixture fixture) : TopicTests(fixture)
{
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
            ProduceResponse response = await Client.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce(TopicName, batch), version);
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
        await Client.ProduceAsync(Requests.Produce(TopicName, batch));

        FetchResponse response = await Client.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch(TopicName, 1), version);

        FetchResponse.PartitionData partition = response.Responses.Single().Partitions.Single();
        Assert.Equal((0, 2L, 2L), ((int)partition.ErrorCode, partition.HighWatermark, partition.LastStableOffset));
        // All but the base offset and the leader epoch, which are the broker's.
        Assert.Equal(batch[16..], partition.Records!.Value.ToArray()[16..]);
    }

    [Fact]
    public async Task Produce_OfManyRequestsAtOnce_KeepsTheirOrderAndEveryByte()
    {
        byte[][] batches = [.. Enumerable.Range(0, 300).Select(i => Requests.Batch($"{i} {new string((char)('a' + (i % 26)), 2_000)}"))];
        List<int> sent = [];
        foreach (byte[] batch in batches)
        {
            sent.Add(await Client.SendAsync(Requests.Produce(TopicName, batch), Requests.ProduceVersion));
        }
        for (int i = 0; i < sent.Count; i++)
        {
            ProduceResponse response = await Client.ReceiveAsync<ProduceResponse>(sent[i], Requests.ProduceVersion);
            Assert.Equal(i, response.Responses.Single().PartitionResponses.Single().BaseOffset);
        }
        for (int i = 0; i < batches.Length; i++)
        {
            byte[] read = (await Client.FetchAsync(Requests.Fetch(TopicName, i, maxBytes: 1))).Records!.Value.ToArray();
            Assert.Equal(batches[i][16..], read[16..]);
        }
    }

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x10)]
    public async Task Produce_OfWhatOnlyBrokersAndTransactionsWrite_IsRefused(byte attributes)
    {
        byte[] batch = Requests.Batch("a");
        batch[22] |= attributes;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));

        Assert.NotEqual(0, (await Client.ProduceAsync(Requests.Produce(TopicName, batch))).ErrorCode);
        Assert.Equal(0, (await Client.FetchAsync(Requests.Fetch(TopicName, 0))).HighWatermark);
    }

    [Fact]
    public async Task Names_ThatNoTopicCanHave_AreRefused_AndTheConnectionGoesOn()
    {
        foreach (string name in (string[])["", "/", "a/0", ".", new string('x', 300)])
        {
            Assert.NotEqual(0, (await Client.ProduceAsync(Requests.Produce(name, Requests.Batch("a")))).ErrorCode);
            Assert.NotEqual(0, (await Client.FetchAsync(Requests.Fetch(name, 0))).ErrorCode);
            Assert.NotEqual(0, await CommitAsync(name));
            var delete = new DeleteTopicsRequest { TopicNames = [name] };
            Assert.NotEqual(0, (await Client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(delete, 5)).Responses.Single().ErrorCode);
        }
    }

    private async Task<short> CommitAsync(string topic)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = "g",
            Topics =
            [
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic,
                    Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition { CommittedOffset = 1 }],
                },
            ],
        };
        return (await Client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(request, 8)).Topics.Single().Partitions.Single().ErrorCode;
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
        ProduceResponse.PartitionProduceResponse answer = await Client.ProduceAsync(Requests.Produce(TopicName, Unsound(what)));

        Assert.Equal((error, -1L), ((ErrorCode)answer.ErrorCode, answer.BaseOffset));
        Assert.NotNull(answer.ErrorMessage);
        Assert.Equal(0, (await Client.FetchAsync(Requests.Fetch(TopicName, 0))).HighWatermark);
    }

    [Fact]
    public async Task Produce_WithIllegalAcks_IsRefused()
    {
        Assert.Equal((short)ErrorCode.InvalidRequiredAcks, (await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a"), acks: 2))).ErrorCode);
    }

    [Fact]
    public async Task Produce_ToWhatDoesNotExist_IsRefused()
    {
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, (await Client.ProduceAsync(Requests.Produce("nowhere", Requests.Batch("a")))).ErrorCode);
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, (await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a"), partition: 1))).ErrorCode);
    }

    [Fact]
    public async Task Produce_ToATopicOfTheService_IsRefused()
    {
        Assert.Equal((short)ErrorCode.InvalidTopicException, (await Client.ProduceAsync(Requests.Produce("__znodes", Requests.Batch("a")))).ErrorCode);
        Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, (await Client.FetchAsync(Requests.Fetch("__znodes", 0))).ErrorCode);
    }

    [Fact]
    public async Task Produce_WithoutAcks_IsNotAnswered_AndWritten()
    {
        await Client.SendAsync(Requests.Produce(TopicName, Requests.Batch("a"), acks: 0), Requests.ProduceVersion);

        FetchResponse.PartitionData partition = await Client.FetchAsync(Requests.Fetch(TopicName, 0, maxWaitMs: 20_000));

        Assert.Equal(1, partition.HighWatermark);
    }

    [Fact]
    public async Task Produce_WithoutAcks_ThatFails_ClosesTheConnection()
    {
        await using KafkaClient client = await Fixture.ConnectAsync();
        await client.SendAsync(Requests.Produce("nowhere", Requests.Batch("a"), acks: 0), Requests.ProduceVersion);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AnIdempotentProducer_ThatSendsABatchAgain_IsToldTheFirstOffset()
    {
        InitProducerIdResponse init = await Client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest(), 4);
        InitProducerIdResponse other = await Client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest(), 4);
        Assert.Equal((0, 0), ((int)init.ErrorCode, (int)init.ProducerEpoch));
        Assert.NotEqual(init.ProducerId, other.ProducerId);

        Assert.Equal(0, (await Client.ProduceAsync(Requests.Produce(TopicName, Sequenced(init.ProducerId, 0)))).BaseOffset);
        Assert.Equal(1, (await Client.ProduceAsync(Requests.Produce(TopicName, Sequenced(init.ProducerId, 1)))).BaseOffset);
        Assert.Equal(0, (await Client.ProduceAsync(Requests.Produce(TopicName, Sequenced(init.ProducerId, 0)))).BaseOffset);
        Assert.Equal((short)ErrorCode.OutOfOrderSequenceNumber, (await Client.ProduceAsync(Requests.Produce(TopicName, Sequenced(init.ProducerId, 3)))).ErrorCode);
    }

    [Fact]
    public async Task Fetch_OutsideTheLog_IsRefusedWithItsEnds()
    {
        await Client.ProduceAsync(Requests.Produce(TopicName, Requests.Batch("a")));

        FetchResponse.PartitionData partition = await Client.FetchAsync(Requests.Fetch(TopicName, 7, maxWaitMs: 20_000));

        Assert.Equal(((short)ErrorCode.OffsetOutOfRange, 1L, 0L), (partition.ErrorCode, partition.HighWatermark, partition.LogStartOffset));
    }

    [Fact]
    public async Task Fetch_OfLessThanABatch_ReturnsTheFirstBatchWhole_AndNoOther()
    {
        byte[] batch = Requests.Batch(new string('x', 1_000));
        await Client.ProduceAsync(Requests.Produce(TopicName, batch));
        await Client.ProduceAsync(Requests.Produce(TopicName, batch));

        Assert.Equal(batch.Length, (await Client.FetchAsync(Requests.Fetch(TopicName, 0, maxBytes: 10))).Records!.Value.Length);
    }

    [Fact]
    public async Task Fetch_WaitsUntilThereIsEnough()
    {
        byte[] batch = Requests.Batch("a");
        await using KafkaClient producer = await Fixture.ConnectAsync();
        int fetch = await Client.SendAsync(Requests.Fetch(TopicName, 0, maxWaitMs: 20_000, minBytes: batch.Length + 1), Requests.FetchVersion);

        await producer.ProduceAsync(Requests.Produce(TopicName, batch));
        await producer.ProduceAsync(Requests.Produce(TopicName, batch));

        FetchResponse response = await Client.ReceiveAsync<FetchResponse>(fetch, Requests.FetchVersion);
        Assert.Equal(2 * batch.Length, response.Responses.Single().Partitions.Single().Records!.Value.Length);
    }

    [Fact]
    public async Task Fetch_OfAnUnknownSession_SaysSo()
    {
        FetchRequest request = Requests.Fetch(TopicName, 0);
        request.SessionId = 5;
        request.SessionEpoch = 1;

        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, (await Client.AskAsync<FetchRequest, FetchResponse>(request, 12)).ErrorCode);
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
