namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>
/// Gives the members that read a topic neighbouring partitions of it, static members first by their lasting names and then the others by id, so that the same numbers of topics of one size come together.
/// </summary>
internal sealed class RangeAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "range";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, PartitionSet> Assign(IReadOnlyList<AssignmentMember> members)
    {
        Dictionary<string, List<TopicIdPartition>> given = members.ToDictionary(member => member.MemberId, _ => new List<TopicIdPartition>());
        IEnumerable<AssignmentMember> inOrder =
            members.OrderBy(member => member.InstanceId is null).ThenBy(member => member.InstanceId ?? member.MemberId, StringComparer.Ordinal);
        foreach (IGrouping<ImageTopic, AssignmentMember> readers in inOrder.SelectMany(member => member.Topics.Select(topic => (topic, member))).GroupBy(each => each.topic, each => each.member))
        {
            Share(readers.Key, [.. readers], given);
        }
        return given.ToDictionary(pair => pair.Key, pair => PartitionSet.From(pair.Value));
    }

    private static void Share(ImageTopic topic, AssignmentMember[] readers, Dictionary<string, List<TopicIdPartition>> given)
    {
        (int each, int larger) = int.DivRem(topic.PartitionCount, readers.Length);
        int next = 0;
        for (int i = 0; i < readers.Length; i++)
        {
            for (int end = next + each + (i < larger ? 1 : 0); next < end; next++)
            {
                given[readers[i].MemberId].Add(new TopicIdPartition(topic.TopicId, next));
            }
        }
    }
}
