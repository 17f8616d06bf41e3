using StreamCoord.Grains.Topics;

namespace StreamCoord.Grains.Groups;

/// <summary>Where configurations of groups lie in the tree: beside those of topics, in the same JSON. A group id is written with percent signs where a name of a znode could not have its characters.</summary>
internal static class GroupConfigPaths
{
    public const string Root = TopicPaths.ConfigRoot + "/groups";

    public static string Of(string groupId)
    {
        string name = Uri.EscapeDataString(groupId);
        return $"{Root}/{(name is "." or ".." ? name.Replace(".", "%2E", StringComparison.Ordinal) : name)}";
    }

    /// <summary>The group of a path; null when it is none of a group's.</summary>
    public static string? GroupOf(string path) => TopicPaths.ChildOf(Root, path) is { } name ? Uri.UnescapeDataString(name) : null;
}
