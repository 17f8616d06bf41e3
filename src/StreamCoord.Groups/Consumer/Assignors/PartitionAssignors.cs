namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>The ways of assigning partitions that the service knows.</summary>
public static class PartitionAssignors
{
    private static readonly IPartitionAssignor[] All = [new UniformAssignor(), new RangeAssignor()];

    /// <summary>Their names; the first is the default.</summary>
    public static IReadOnlyList<string> Names => GroupOptions.ConsumerAssignors;

    /// <summary>Whether there is one of that name.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>The name that most of those members want who want any; at a tie the first in ordinal order, and the default when nobody wants one.</summary>
    public static string Prefer(IEnumerable<MemberSubscription> members)
    {
        return members.Where(member => member.Assignor is not null && Contains(member.Assignor)).CountBy(member => member.Assignor!)
            .OrderByDescending(vote => vote.Value).ThenBy(vote => vote.Key, StringComparer.Ordinal).Select(vote => vote.Key).FirstOrDefault(Names[0]);
    }

    internal static IPartitionAssignor Get(string name) => All.First(assignor => assignor.Name == name);
}
