namespace StreamCoord.Cli.Commands;

/// <summary>Options of the form name=value.</summary>
internal static class Pairs
{
    /// <summary>The names and values, in their order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(IEnumerable<string>? texts, string option) =>
        [.. (texts ?? []).Select(text => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? KeyValuePair.Create(text[..at], text[(at + 1)..])
            : throw CliException.Usage($"{option} takes name=value, not '{text}'."))];
}
