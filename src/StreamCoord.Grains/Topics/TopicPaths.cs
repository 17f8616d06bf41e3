using System.Globalization;

namespace StreamCoord.Grains.Topics;

/// <summary>Where topics lie in the tree: Kafka's znodes, and one of our own for what Kafka has no place for.</summary>
internal static class TopicPaths
{
    public const string Topics = "/brokers/topics";
    public const string ConfigRoot = "/config";
    public const string Configs = ConfigRoot + "/topics";
    public const string Deletions = "/admin/delete_topics";
    public const string Records = "/streamcoord/topics";

    public static string Topic(string name) => $"{Topics}/{name}";

    public static string Config(string name) => $"{Configs}/{name}";

    /// <summary>Exists while the topic is to be deleted.</summary>
    public static string Deletion(string name) => $"{Deletions}/{name}";

    /// <summary>One for all names that collide with each other, so that only one of them can be a topic's.</summary>
    public static string Record(string name) => $"{Records}/{TopicName.Fold(name)}";

    public static string Partitions(string name) => $"{Topics}/{name}/partitions";

    public static string Partition(string name, int partition) => string.Create(CultureInfo.InvariantCulture, $"{Topics}/{name}/partitions/{partition}");

    public static string State(string name, int partition) => string.Create(CultureInfo.InvariantCulture, $"{Topics}/{name}/partitions/{partition}/state");

    /// <summary>The last part of <paramref name="path"/> when it is a child of <paramref name="parent"/>, else null.</summary>
    public static string? ChildOf(string parent, string path)
    {
        return path.Length > parent.Length + 1 && path[parent.Length] == '/' && path.StartsWith(parent, StringComparison.Ordinal)
            && path.IndexOf('/', parent.Length + 1) < 0
            ? path[(parent.Length + 1)..]
            : null;
    }
}
