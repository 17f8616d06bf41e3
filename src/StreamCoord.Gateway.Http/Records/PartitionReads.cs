using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>Reads of partitions that wait, for a while, for one that is just changing its leader: a client of HTTP has nobody else to ask. Appends are not for this: one without an answer may have been made. Safe for concurrent use.</summary>
internal sealed class PartitionReads(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>As long as a partition whose leader has died takes to get another.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The offset that a time or one of <see cref="OffsetTimestamps"/> stands for, or why there is none.</summary>
    public Task<OffsetReply> FindOffsetAsync(TopicPartition partition, long timestamp, CancellationToken stop) =>
        RunAsync(() => TopicLookup.Leader(grains, partition.Topic, partition.Partition).FindOffset(timestamp), reply => reply.Error, stop);

    /// <summary>The same, where there must be one.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public async Task<Offset> RequireOffsetAsync(TopicPartition partition, long timestamp, CancellationToken stop)
    {
        OffsetReply reply = await FindOffsetAsync(partition, timestamp, stop);
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        return reply.Offset;
    }

    /// <summary>A fetch.</summary>
    public Task<FetchReply> FetchAsync(TopicPartition partition, FetchRequest request, CancellationToken stop) =>
        RunAsync(() => TopicLookup.Leader(grains, partition.Topic, partition.Partition).Fetch(request), reply => reply.Error, stop);

    private async Task<T> RunAsync<T>(Func<Task<T>> read, Func<T, ErrorCode> errorOf, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            bool mayRetry = time.GetElapsedTime(start) < Patience;
            try
            {
                T reply = await read().WaitAsync(stop);
                if (!mayRetry || errorOf(reply) is not (ErrorCode.NotLeaderOrFollower or ErrorCode.LeaderNotAvailable or ErrorCode.OffsetNotAvailable))
                {
                    return reply;
                }
            }
            catch (Exception failure) when (mayRetry && failure is (OrleansMessageRejectionException or SiloUnavailableException))
            {
                // Another silo answers in a moment.
            }
            await Task.Delay(RetryDelay, time, stop);
        }
    }
}
