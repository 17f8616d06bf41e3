using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// Looks after the groups that need it: those with members, whose sessions would not end otherwise after a restart, and those whose offsets may expire.
/// </summary>
internal sealed class GroupMaintenance(OffsetsPartitions partitions, IGrainFactory grains, GroupOptions options, TimeProvider time, ILogger<GroupMaintenance> logger)
    : CoordinatorMaintenance(options.RetentionCheckIntervalMs, time, logger)
{
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    protected override async Task RunRoundAsync(CancellationToken stopping)
    {
        foreach (CoordinatorPartition<OffsetsTerm> partition in await partitions.FindUsedAsync())
        {
            OffsetsTerm term = await partition.GetTermAsync();
            long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (StoredGroup group in term.Groups.Where(group => group.NeedsMaintenance(options.OffsetsRetentionMs, nowMs)))
            {
                stopping.ThrowIfCancellationRequested();
                await grains.GetGrain<IConsumerGroupGrain>(group.GroupId).Maintain();
            }
        }
    }
}
