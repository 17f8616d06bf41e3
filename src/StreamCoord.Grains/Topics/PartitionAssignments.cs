using StreamCoord.Grains.Leadership;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>Shows rows of the leadership table to clients. Pure.</summary>
internal static class PartitionAssignments
{
    /// <summary>A partition that nobody has led yet is shown as it will be: whoever is first in the in-sync set leads it from the first request on.</summary>
    public static PartitionAssignment Of(LeadershipRow row) =>
        new(row.Partition, row.LeaderNode ?? row.InSync.Members[0].Node, row.Replicas, [.. row.InSync.Members.Select(member => member.Node)])
        {
            Epoch = row.LeaderEpoch,
            Adding = row.Assignment.Adding,
            Removing = row.Assignment.Removing,
        };
}
