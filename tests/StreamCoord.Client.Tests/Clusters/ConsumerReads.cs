using StreamCoord.Partitions;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>Reads that end.</summary>
internal static class ConsumerReads
{
    /// <summary>As long as anything may take that tests wait for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A consumer without a group that begins at the beginning.</summary>
    public static Consumer ReadAll(this StreamCoordClient client, string topic, int partitions = 1, IsolationLevel isolation = IsolationLevel.ReadUncommitted) => client.CreateConsumer(new ConsumerOptions
    {
        Partitions = [.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition))],
        OffsetReset = OffsetReset.Earliest,
        Isolation = isolation,
        FetchWaitMs = 100,
    });

    /// <summary>So many records.</summary>
    public static async Task<List<ConsumedRecord>> TakeAsync(this Consumer consumer, int count)
    {
        List<ConsumedRecord> records = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await foreach (ConsumedRecord record in consumer.ReadAsync(limit.Token))
        {
            records.Add(record);
            if (records.Count == count)
            {
                break;
            }
        }
        return records;
    }

    /// <summary>All values of a topic, in the order of each partition.</summary>
    public static async Task<List<string?>> ReadValuesAsync(this StreamCoordClient client, string topic, int count, int partitions = 1, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        await using Consumer consumer = client.ReadAll(topic, partitions, isolation);
        return [.. (await consumer.TakeAsync(count)).Select(record => record.ValueText)];
    }
}
