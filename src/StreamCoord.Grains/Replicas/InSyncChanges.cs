using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>Asks the table for changes of in-sync sets, many at a time, for a silo that comes or goes changes thousands; and of who has copies, a few at a time. One per silo; safe for concurrent use.</summary>
internal sealed partial class InSyncChanges(ILeadershipTable table, MonotonicClock clock, ILogger<InSyncChanges> logger) : IDisposable
{
    private const int UnderWayMax = 8;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly RowLane<MemberChange> _members = new(table.ChangeInSyncAsync, change => (change.TopicId, change.Partition));
    private readonly SemaphoreSlim _slots = new(UnderWayMax, UnderWayMax);

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>
    /// What a partition's leader has to ask for now: another in-sync set, or the end of a reassignment whose target is in sync; null for nothing. It brings the row as it is then; null when there is none, or when the
    /// outcome is not known, after a while.
    /// </summary>
    public Func<Task<LeadershipRow?>>? FindDue(LeadershipRow row, LeaderReplica leader, long nowMs)
    {
        if (leader.ProposeChange(nowMs) is { } inSync)
        {
            return () => TryRunAsync(row, () => _members.AskAsync(new MemberChange(row.TopicId, row.Partition, inSync)));
        }
        return row.InSync.Version == leader.InSync.Version && row.Assignment.IsReached(leader.InSync, row.InSyncMax)
            ? () => TryRunAsync(row, () => FinishAsync(row))
            : null;
    }

    private async Task<LeadershipRow?> FinishAsync(LeadershipRow row)
    {
        await _slots.WaitAsync();
        try
        {
            return await table.AssignAsync(row.TopicId, row.Partition, row.InSync.Version, row.Assignment.Finish());
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<LeadershipRow?> TryRunAsync(LeadershipRow before, Func<Task<LeadershipRow?>> change)
    {
        try
        {
            LeadershipRow? row = await change();
            LogInSync(logger, before.TopicId, before.Partition, string.Join(',', row?.Replicas ?? []), string.Join(',', row?.InSync.Members ?? []));
            return row;
        }
#pragma warning disable CA1031 // Its outcome is not known, whatever it is: it counts both ways until the table can be asked again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnchanged(logger, before.TopicId, before.Partition, failure.Message);
            await Task.Delay(RetryDelay, clock.Time);
            return null;
        }
    }

    [LoggerMessage(2825, LogLevel.Debug, "Partition {Partition} of topic {TopicId} is kept by {Replicas}, and its in-sync set is {Members}.")]
    private static partial void LogInSync(ILogger logger, TopicId topicId, int partition, string replicas, string members);

    [LoggerMessage(2826, LogLevel.Warning, "The in-sync set or the replicas of partition {Partition} of topic {TopicId} could not be changed; it is tried again: {Reason}")]
    private static partial void LogUnchanged(ILogger logger, TopicId topicId, int partition, string reason);
}
