using System.Globalization;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// The form in which the leadership table keeps a set of copies: <c>node:incarnation</c> with commas between. A bare number is from before there were incarnations; it is read as a copy that nobody has, and
/// its node completes it when it enters the database.
/// </summary>
internal static class ReplicaList
{
    public static string Format(IEnumerable<ReplicaId> replicas) => string.Join(',', replicas.Select(Format));

    public static string Format(ReplicaId replica) => $"{replica.Node}:{replica.Incarnation}";

    public static IReadOnlyList<ReplicaId> Parse(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    /// <summary>The LIKE pattern that finds the copy in a set with a comma put at both ends.</summary>
    public static string PatternOf(ReplicaId replica) => $"%,{Format(replica)},%";

    private static ReplicaId ParseOne(string member)
    {
        int colon = member.IndexOf(':', StringComparison.Ordinal);
        string node = colon < 0 ? member : member[..colon];
        Guid incarnation = colon < 0 ? Guid.Empty : Guid.ParseExact(member.AsSpan(colon + 1), "n");
        return new ReplicaId(new NodeId(int.Parse(node, CultureInfo.InvariantCulture)), new Incarnation(incarnation));
    }
}
