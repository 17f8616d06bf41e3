using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Partitions;

/// <summary>Makes refusals of the failures of a log that a caller must expect. Stateless.</summary>
internal static class PartitionFailures
{
    /// <summary>Carries out an action on a log, which is begun before this returns.</summary>
    public static async Task<T> GuardAsync<T>(TopicPartition partition, Func<Task<T>> action, Func<ErrorCode, string, T> refuse)
    {
        try
        {
            return await action();
        }
        catch (IOException exception)
        {
            return refuse(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
        }
        catch (ObjectDisposedException)
        {
            return refuse(ErrorCode.NotLeaderOrFollower, $"{partition} was just deleted, or the silo is stopping.");
        }
    }

    /// <summary>A refusal of a fetch.</summary>
    public static FetchReply RefuseFetch(ErrorCode error, string message) => new(error, message, RecordData.Empty, Offset.None, Offset.None, Offset.None);
}
