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
    /// <param name="first">Records to be written before.</param>
    /// <param name="alsoApply">What is to be done to the view besides.</param>
    public Task<ErrorCode> WriteChangesAsync(IReadOnlyList<CoordinatorRecord>? first = null, Action? alsoApply = null)
    {
        IReadOnlyList<ConsumerGroupChange> changes = group.TakeChanges();
        return changes.Count == 0 && first is null ? _newestWrite : WriteAsync(changes, first ?? [], alsoApply);
    }

    /// <summary>Writes that nothing of the group is left, but for its offsets.</summary>
    public Task<ErrorCode> WriteDeletionAsync() => WriteAsync([.. group.ToDeletions()], [], null);

    /// <summary>The records of changes.</summary>
    public static IEnumerable<CoordinatorRecord> Records(string groupId, IEnumerable<ConsumerGroupChange> changes) =>
        changes.Select(change => new CoordinatorRecord(ConsumerGroupRecords.Key(groupId, change), ConsumerGroupRecords.Value(change)));

    private Task<ErrorCode> WriteAsync(IReadOnlyList<ConsumerGroupChange> changes, IReadOnlyList<CoordinatorRecord> first, Action? alsoApply)
    {
        return _newestWrite = append([.. first, .. Records(group.GroupId, changes)], _ =>
        {
            alsoApply?.Invoke();
            stored.Apply(changes);
        });
    }
}
