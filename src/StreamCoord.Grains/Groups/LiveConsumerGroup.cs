using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// A group of the consumer type in one term: has its changes written in their order, and answers nobody before what the answer says is durable. Called by its <see cref="LiveGroup"/> only.
/// </summary>
internal sealed class LiveConsumerGroup(ConsumerGroup group, StoredGroup stored, Func<IReadOnlyList<CoordinatorRecord>, Action<Offset>, Task<ErrorCode>> append)
{
    private Task<ErrorCode> _newestWrite = Task.FromResult(ErrorCode.None);

    public ConsumerGroup Group => group;

    /// <summary>Has what has changed written. Ends when that, and all before it, is durable, or with what became of it.</summary>
    public Task<ErrorCode> WriteChangesAsync()
    {
        IReadOnlyList<ConsumerGroupChange> changes = group.TakeChanges();
        return changes.Count == 0 ? _newestWrite : WriteAsync([], changes, [], null);
    }

    /// <summary>Writes that the group has come to be, in the place of a classic one.</summary>
    /// <param name="made">The changes that made it.</param>
    /// <param name="apply">Takes the classic one out of the view.</param>
    public Task<ErrorCode> WriteUpgradeAsync(IReadOnlyList<ConsumerGroupChange> made, Action apply) =>
        WriteAsync([new CoordinatorRecord(GroupRecords.MetadataKey(group.GroupId), null)], [.. made, .. group.TakeChanges()], [], apply);

    /// <summary>Writes what has changed, and that a classic group takes the place of this one.</summary>
    /// <param name="classic">The record of the classic one.</param>
    /// <param name="apply">Takes it into the view.</param>
    public Task<ErrorCode> WriteDowngradeAsync(CoordinatorRecord classic, Action apply) => WriteAsync([], [.. group.TakeChanges(), .. group.ToDeletions()], [classic], apply);

    /// <summary>Writes that nothing of the group is left, but for its offsets.</summary>
    public Task<ErrorCode> WriteDeletionAsync() => WriteAsync([], [.. group.ToDeletions()], [], null);

    /// <summary>The records of changes.</summary>
    public static IEnumerable<CoordinatorRecord> Records(string groupId, IEnumerable<ConsumerGroupChange> changes) =>
        changes.Select(change => new CoordinatorRecord(ConsumerGroupRecords.Key(groupId, change), ConsumerGroupRecords.Value(change)));

    private Task<ErrorCode> WriteAsync(IReadOnlyList<CoordinatorRecord> before, IReadOnlyList<ConsumerGroupChange> changes, IReadOnlyList<CoordinatorRecord> behind, Action? alsoApply)
    {
        return _newestWrite = append([.. before, .. Records(group.GroupId, changes), .. behind], _ =>
        {
            stored.Apply(changes);
            alsoApply?.Invoke();
        });
    }
}
