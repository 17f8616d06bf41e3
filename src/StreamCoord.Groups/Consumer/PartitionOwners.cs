namespace StreamCoord.Groups.Consumer;

/// <summary>Who holds which partition. Not safe for concurrent use. Always nobody else holds what somebody holds.</summary>
internal sealed class PartitionOwners
{
    private readonly Dictionary<TopicIdPartition, string> _owners = [];

    /// <summary>Whether somebody other than a member holds a partition.</summary>
    public bool IsHeldByAnother(string memberId, TopicIdPartition partition) => _owners.TryGetValue(partition, out string? owner) && owner != memberId;

    /// <summary>Takes over what a member holds now instead of what it held.</summary>
    public void Move(string memberId, MemberProgress before, MemberProgress? after)
    {
        foreach (TopicIdPartition partition in before.Held)
        {
            _owners.Remove(partition);
        }
        foreach (TopicIdPartition partition in after?.Held ?? [])
        {
            bool isFree = _owners.TryAdd(partition, memberId);
            Invariant.Holds(isFree);
        }
    }
}
