using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// What the leader of a classic group gives to its members by the assignor 'range': of each topic neighbouring partitions to those who read it, in the order of their lasting names or ids. Pure.
/// </summary>
internal static class RangeAssignment
{
    /// <summary>The topics that members read, as they say.</summary>
    public static IReadOnlyList<string> TopicsOf(IReadOnlyList<JoinedMember> members) => [.. members.SelectMany(TopicsOf).Distinct()];

    /// <summary>Everybody's partitions. Topics that are not among the counts do not exist.</summary>
    public static IReadOnlyList<MemberAssignment> Assign(IReadOnlyList<JoinedMember> members, IReadOnlyDictionary<string, int> partitionCounts)
    {
        Dictionary<string, List<TopicPartition>> given = members.ToDictionary(member => member.MemberId, _ => new List<TopicPartition>());
        JoinedMember[] inOrder = [.. members.OrderBy(member => member.GroupInstanceId is null).ThenBy(member => member.GroupInstanceId ?? member.MemberId, StringComparer.Ordinal)];
        foreach (IGrouping<string, string> readers in inOrder.SelectMany(member => TopicsOf(member).Select(topic => (topic, member.MemberId))).GroupBy(each => each.topic, each => each.MemberId))
        {
            Share(readers.Key, partitionCounts.GetValueOrDefault(readers.Key), [.. readers], given);
        }
        return [.. members.Select(member => new MemberAssignment(member.MemberId, ConsumerProtocol.WriteAssignment(given[member.MemberId])))];
    }

    private static void Share(string topic, int partitionCount, string[] readers, Dictionary<string, List<TopicPartition>> given)
    {
        (int each, int larger) = int.DivRem(partitionCount, readers.Length);
        int next = 0;
        for (int i = 0; i < readers.Length; i++)
        {
            for (int end = next + each + (i < larger ? 1 : 0); next < end; next++)
            {
                given[readers[i]].Add(new TopicPartition(topic, next));
            }
        }
    }

    private static IEnumerable<string> TopicsOf(JoinedMember member) => (ConsumerProtocol.ReadSubscription(member.Metadata.Span) ?? []).Distinct();
}
