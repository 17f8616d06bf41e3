using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>Asks a leadership table for a single change.</summary>
internal static class OneChange
{
    public static async Task<LeadershipRow?> ChangeInSyncAsync(this ILeadershipTable table, TopicId topicId, int partition, InSyncChange change) =>
        (await table.ChangeInSyncAsync([new MemberChange(topicId, partition, change)])).SingleOrDefault();
}
