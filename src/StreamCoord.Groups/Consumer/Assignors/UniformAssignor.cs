namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>
/// Gives members about as many partitions as each other and takes as few away as that allows. Where all read the same topics nobody has two more than another; where they do not, nobody has
/// two more than another who could take one of them, also through the hands of third ones.
/// </summary>
internal sealed class UniformAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, PartitionSet> Assign(IReadOnlyList<AssignmentMember> members)
    {
        AssignmentMember[] inOrder = [.. members.OrderBy(member => member.MemberId, StringComparer.Ordinal)];
        bool isAlike = inOrder.Length > 0 && inOrder.All(member => ReferenceEquals(member.Topics, inOrder[0].Topics) || member.Topics.SequenceEqual(inOrder[0].Topics));
        return isAlike ? new AlikeMembers(inOrder).Assign() : new UnlikeMembers(inOrder).Assign();
    }
}
