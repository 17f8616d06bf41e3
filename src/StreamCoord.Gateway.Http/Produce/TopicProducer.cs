using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>Produces the records of one request to one topic. Used by one request.</summary>
internal sealed class TopicProducer(TopicDescription topic, PartitionAppenders appenders, TimeProvider time)
{
    private readonly int _batchBytesMax = (int)TopicConfigs.Number(topic.Configs, TopicConfigs.MaxMessageBytes);

    /// <summary>
    /// Reads a record and puts it on its way. A record that cannot be read has failed at once; the task never faults. Records that go to
    /// one partition keep their order.
    /// </summary>
    public Task<ProduceOutcome> ProduceAsync(JsonElement json)
    {
        try
        {
            return ProduceAsync(ProduceRecordParser.Parse(json, time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        catch (RequestException exception)
        {
            return Task.FromResult(ProduceOutcome.Failed(exception.Error));
        }
        catch (InvalidOperationException)
        {
            return Task.FromResult(ProduceOutcome.Failed(GatewayErrors.InvalidRequest("Bad Request: The record holds text that is not valid UTF-8 or UTF-16.")));
        }
    }

    /// <summary>Puts a record on its way, likewise.</summary>
    public Task<ProduceOutcome> ProduceAsync(ProduceRecord record)
    {
        try
        {
            RequireFit(record);
            return appenders.AppendAsync(new TopicPartition(topic.Name, PartitionOf(record)), new PendingRecord(record, _batchBytesMax));
        }
        catch (RequestException exception)
        {
            return Task.FromResult(ProduceOutcome.Failed(exception.Error));
        }
    }

    private void RequireFit(ProduceRecord record)
    {
        long sizeBytes = BatchLayout.HeaderSizeBytes + record.SizeBytesMax;
        if (sizeBytes > _batchBytesMax)
        {
            RequestException.Throw(GatewayErrors.TooLarge(string.Create(CultureInfo.InvariantCulture,
                $"The record takes up to {sizeBytes} bytes, the topic's max.message.bytes allows {_batchBytesMax}. Send less or raise the configuration.")));
        }
    }

    private int PartitionOf(ProduceRecord record)
    {
        if (record.Partition is { } asked)
        {
            TopicLookup.RequirePartition(topic, asked);
            return asked;
        }
        return record.Key is { } key ? Partitioner.ForKey(key, topic.Partitions.Count) : appenders.NextPartition(topic.Partitions.Count);
    }
}
