namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>A member that partitions are to be assigned to.</summary>
/// <param name="MemberId">The member.</param>
/// <param name="InstanceId">Its lasting name, or null.</param>
/// <param name="Topics">The topics it reads.</param>
/// <param name="Current">What it was to have until now.</param>
internal sealed record AssignmentMember(string MemberId, string? InstanceId, IReadOnlyList<ImageTopic> Topics, PartitionSet Current);

/// <summary>A way of assigning partitions. Pure: the same members get the same partitions.</summary>
internal interface IPartitionAssignor
{
    /// <summary>The name that members ask for it by.</summary>
    string Name { get; }

    /// <summary>Gives each partition of every topic that anybody reads to one member that reads it; an element for each member.</summary>
    IReadOnlyDictionary<string, PartitionSet> Assign(IReadOnlyList<AssignmentMember> members);
}
