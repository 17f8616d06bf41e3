using System.Text;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Records;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>Requests that many tests make.</summary>
internal static class Requests
{
    public const short ProduceVersion = 9;
    public const short FetchVersion = 12;

    /// <summary>A batch of records with these values.</summary>
    public static byte[] Batch(params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (string value in values)
        {
            builder.Append(1_700_000_000_000, NullableBytes.Null, Encoding.UTF8.GetBytes(value));
        }
        using RecordData built = builder.Build();
        return built.Bytes.ToArray();
    }

    public static ProduceRequest Produce(string topic, byte[]? records, short acks = -1, int partition = 0) => new()
    {
        Acks = acks,
        TimeoutMs = 10_000,
        TopicData =
        [
            new ProduceRequest.TopicProduceData
            {
                Name = topic,
                PartitionData =
                [
                    new ProduceRequest.PartitionProduceData
                    {
                        Index = partition,
                        Records = records is null ? default(ReadOnlyMemory<byte>?) : records,
                    },
                ],
            },
        ],
    };

    public static FetchRequest Fetch(string topic, long offset, int maxWaitMs = 0, int minBytes = 1, int maxBytes = int.MaxValue) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = minBytes,
        MaxBytes = maxBytes,
        Topics =
        [
            new FetchRequest.FetchTopic
            {
                Topic = topic,
                Partitions =
                [
                    new FetchRequest.FetchPartition
                    {
                        FetchOffset = offset,
                        PartitionMaxBytes = maxBytes,
                    },
                ],
            },
        ],
    };

    /// <summary>Has the topic created by asking for it, as clients do.</summary>
    public static async Task CreateTopicAsync(this KafkaClient client, string topic)
    {
        var request = new MetadataRequest
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }],
            AllowAutoTopicCreation = true,
        };
        Assert.Equal(0, (await client.AskAsync<MetadataRequest, MetadataResponse>(request, 9)).Topics.Single().ErrorCode);
    }

    public static async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(this KafkaClient client, ProduceRequest request) =>
        (await client.AskAsync<ProduceRequest, ProduceResponse>(request, ProduceVersion)).Responses.Single().PartitionResponses.Single();

    public static async Task<FetchResponse.PartitionData> FetchAsync(this KafkaClient client, FetchRequest request) =>
        (await client.AskAsync<FetchRequest, FetchResponse>(request, FetchVersion)).Responses.Single().Partitions.Single();
}
