using System.Globalization;

namespace StreamCoord.Grains.Leadership;

/// <summary>The form in which the leadership table keeps a list of nodes: their numbers with commas between, such as <c>1,3</c>.</summary>
internal static class NodeList
{
    public static string Format(IEnumerable<NodeId> nodes) => string.Join(',', nodes);

    public static IReadOnlyList<NodeId> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => new NodeId(int.Parse(number, CultureInfo.InvariantCulture)))];
}
