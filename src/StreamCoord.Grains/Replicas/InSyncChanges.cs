using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>Asks the table for changes of in-sync sets, and of who has copies, a few at a time: a silo that comes or goes changes thousands. One per silo; safe for concurrent use.</summary>
internal sealed partial class InSyncChanges(ILeadershipTable table, MonotonicClock clock, ILogger<InSyncChanges> logger) : IDisposable
{
    private const int UnderWayMax = 8;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots = new(UnderWayMax, UnderWayMax);

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>Asks for a change. The row as it is then; null when there is none, or when the outcome is not known, after a while.</summary>
    public Task<LeadershipRow?> TryRunAsync(TopicId topicId, int partition, InSyncChange change) =>
        TryRunAsync(topicId, partition, () => table.ChangeInSyncAsync(topicId, partition, change));

    /// <summary>The same for the nodes that are to have copies.</summary>
    public Task<LeadershipRow?> TryAssignAsync(TopicId topicId, int partition, long expectedVersion, Assignment assignment) =>
        TryRunAsync(topicId, partition, () => table.AssignAsync(topicId, partition, expectedVersion, assignment));

    private async Task<LeadershipRow?> TryRunAsync(TopicId topicId, int partition, Func<Task<LeadershipRow?>> change)
    {
        try
        {
            await _slots.WaitAsync();
            try
            {
                LeadershipRow? row = await change();
                LogInSync(logger, topicId, partition, string.Join(',', row?.Replicas ?? []), string.Join(',', row?.InSync.Members ?? []));
                return row;
            }
            finally
            {
                _slots.Release();
            }
        }
#pragma warning disable CA1031 // Its outcome is not known, whatever it is: it counts both ways until the table can be asked again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnchanged(logger, topicId, partition, failure.Message);
            await Task.Delay(RetryDelay, clock.Time);
            return null;
        }
    }

    [LoggerMessage(2825, LogLevel.Debug, "Partition {Partition} of topic {TopicId} is kept by {Replicas}, and its in-sync set is {Members}.")]
    private static partial void LogInSync(ILogger logger, TopicId topicId, int partition, string replicas, string members);

    [LoggerMessage(2826, LogLevel.Warning, "The in-sync set or the replicas of partition {Partition} of topic {TopicId} could not be changed; it is tried again: {Reason}")]
    private static partial void LogUnchanged(ILogger logger, TopicId topicId, int partition, string reason);
}
