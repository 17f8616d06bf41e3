using System.Text.RegularExpressions;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Hides in the text of a four-letter word what two services cannot have alike: values, and what belongs to other scenarios. Pure.</summary>
internal static partial class WordMask
{
    /// <summary>The lines, each shape once, in the order of their first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="root">The scenario's znode: other paths are left out.</param>
    public static IEnumerable<string> Shapes(string text, string root) => text.Split('\n')
        .Select(line => line.Replace(root, "/root", StringComparison.Ordinal))
        .Where(line => !ForeignPath().IsMatch(line) && !WithoutSession().IsMatch(line))
        .Select(Hide)
        .Distinct();

    /// <summary>The names in lines of name and value.</summary>
    public static IEnumerable<string> Names(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', '\t')[0]);

    private static string Hide(string line) => Number().Replace(Hex().Replace(Date().Replace(Version().Replace(line, "version: #"), "date"), "hex"), "#");

    [GeneratedRegex("^\t?/(?!root)[^:]*$")]
    private static partial Regex ForeignPath();

    // The reference lists connections that have no session, among them the one that asks.
    [GeneratedRegex(@"^ /[0-9.:]+\[[01]\]\(queued=[0-9]+,recved=[0-9]+,sent=0\)$")]
    private static partial Regex WithoutSession();

    [GeneratedRegex("version: .*")]
    private static partial Regex Version();

    [GeneratedRegex("[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9:]{8} [A-Z]+ [0-9]{4}")]
    private static partial Regex Date();

    [GeneratedRegex("0x[0-9a-f]+")]
    private static partial Regex Hex();

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Number();
}
