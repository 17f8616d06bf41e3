using System.Text.RegularExpressions;

namespace StreamCoord.Architecture.Tests;

/// <summary>Every error code is named in a test. That it is also provoked there is for the test to see to.</summary>
public sealed partial class ErrorCodeTests
{
    /// <summary>Those that no test names, and why.</summary>
    private static readonly Dictionary<string, string> Unnamed = new()
    {
        ["InconsistentTopicId"] = "nothing answers it: a topic of another identity is one that does not exist",
    };

    [Fact]
    public void EveryErrorCode_IsNamedInATest()
    {
        string[] codes = [.. Member().Matches(Repository.Read("src/StreamCoord.Abstractions/Errors/ErrorCode.cs")).Select(match => match.Groups[1].Value)];
        Assert.Contains("OffsetOutOfRange", codes);
        HashSet<string> mentioned =
        [
            .. Repository.Files("tests", ".cs").SelectMany(path => Mention().Matches(Repository.Read(path))).Select(match => match.Groups[1].Value),
        ];

        Assert.Equal(Unnamed.Keys.Order(), codes.Where(code => !mentioned.Contains(code)).Order());
    }

    [GeneratedRegex(@"^    (\w+) = -?\d+,", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"\bErrorCode\.(\w+)")]
    private static partial Regex Mention();
}
