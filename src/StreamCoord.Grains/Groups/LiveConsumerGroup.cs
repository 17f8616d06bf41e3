using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// A group of the consumer type in one term: has its changes written in their order, and answers nobody before what the answer says is durable. Called by its <see cref="LiveGroup"/> only.
/// </summary>
internal sealed class LiveConsumerGroup(ConsumerGroup group, StoredGroup stored, Func<IReadOnlyList<GroupRecord>, Action, Task<ErrorCode>> append)
{
    private Task<ErrorCode> _newestWrite = Task.FromResult(ErrorCode.None);

    public ConsumerGroup Group => group;

    /// <summary>Has what has changed written. Ends when that, and all before it, is durable, or with what became of it.</summary>
    /// <param name="first">Records to be written before.</param>
    /// <param name="alsoApply">What is to be done to the view besides.</param>
    public Task<ErrorCode> WriteChangesAsync(IReadOnlyList<GroupRecord>? first = null, Action? alsoApply = null)
    {
        IReadOnlyList<ConsumerGroupChange> changes = group.TakeChanges();
        return changes.Count == 0 && first is null ? _newestWrite : WriteAsync(changes, first ?? [], alsoApply);
    }

    /// <summary>Writes that nothing of the group is left, but for its offsets.</summary>
    public Task<ErrorCode> WriteDeletionAsync() => WriteAsync([.. group.ToDeletions()], [], null);

    /// <summary>The records of changes.</summary>
    public static IEnumerable<GroupRecord> Records(string groupId, IEnumerable<ConsumerGroupChange> changes) =>
        changes.Select(change => new GroupRecord(ConsumerGroupRecords.Key(groupId, change), ConsumerGroupRecords.Value(change)));

    private Task<ErrorCode> WriteAsync(IReadOnlyList<ConsumerGroupChange> changes, IReadOnlyList<GroupRecord> first, Action? alsoApply)
    {
        return _newestWrite = append([.. first, .. Records(group.GroupId, changes)], () =>
        {
            alsoApply?.Invoke();
            stored.Apply(changes);
        });
    }
}
