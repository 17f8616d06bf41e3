using System.Globalization;

namespace StreamCoord.Coordination;

/// <summary>The paths of znodes: ZooKeeper's rules for them, and how they are taken apart. Safe for concurrent use.</summary>
public static class ZNodePath
{
    /// <summary>The root, the only path that ends with a slash.</summary>
    public const string Root = "/";

    /// <summary>Where the tree keeps its own znodes.</summary>
    public const string ZooKeeper = "/zookeeper";

    /// <summary>Where quotas and their usage stand.</summary>
    public const string Quota = "/zookeeper/quota";

    /// <summary>Where clients read the addresses of the service.</summary>
    public const string Config = "/zookeeper/config";

    /// <summary>What is wrong with a path, as a sentence for people; null when it is legal.</summary>
    /// <remarks>
    /// Characters are looked at one UTF-16 unit at a time, as in ZooKeeper, so whatever takes two units (emoji) is refused.
    /// </remarks>
    public static string? Check(string path)
    {
        if (path.Length == 0)
        {
            return "The path is empty.";
        }
        if (path[0] != '/')
        {
            return "A path starts with '/'.";
        }
        if (path.Length == 1)
        {
            return null;
        }
        if (path[^1] == '/')
        {
            return "A path does not end with '/'.";
        }
        int segmentStart = 1;
        for (int i = 1; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '/')
            {
                if (SegmentProblem(path.AsSpan(segmentStart, i - segmentStart)) is { } problem)
                {
                    return problem;
                }
                segmentStart = i + 1;
            }
            else if (!IsAllowed(path[i]))
            {
                return string.Create(CultureInfo.InvariantCulture, $"The path has the character U+{(int)path[i]:X4} at index {i}, which is not allowed.");
            }
        }
        return null;
    }

    /// <summary>The path of the parent; empty for the root, which has none. The path must be legal.</summary>
    public static ReadOnlySpan<char> ParentOf(ReadOnlySpan<char> path)
    {
        int slash = path.LastIndexOf('/');
        return slash > 0 ? path[..slash] : path.Length > 1 ? path[..1] : [];
    }

    /// <summary>The last segment; empty for the root. The path must be legal.</summary>
    public static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path with a sequence number behind it: ten digits, or as Java prints a negative number in ten columns.</summary>
    public static string AppendSequence(string path, int n) => n >= 0
        ? string.Create(CultureInfo.InvariantCulture, $"{path}{n:D10}")
        : string.Create(CultureInfo.InvariantCulture, $"{path}-{-(long)n:D9}");

    /// <summary>True for the four znodes that can never be deleted.</summary>
    public static bool IsReserved(string path) => path is Root or ZooKeeper or Quota or Config;

    private static string? SegmentProblem(ReadOnlySpan<char> segment) => segment switch
    {
        "" => "The path has an empty segment.",
        "." or ".." => "A path has no segment '.' or '..'.",
        _ => null,
    };

    private static bool IsAllowed(char c) => c is >= '\u0020' and <= '\u007e' or >= '\u00a0' and <= '\ud7ff' or >= '\uf900' and <= '\uffef';
}
