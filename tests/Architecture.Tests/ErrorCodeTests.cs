using System.Text.RegularExpressions;

namespace StreamCoord.Architecture.Tests;

/// <summary>What can go wrong is made to go wrong: every error code is named in a test.</summary>
public sealed partial class ErrorCodeTests
{
    /// <summary>Codes that nothing here answers, and why they have a name all the same.</summary>
    private static readonly Dictionary<string, string> Unprovoked = new()
    {
        ["InconsistentTopicId"] = "fetches by topic id are refused by their version as yet",
        ["InvalidCommitOffsetSize"] = "the offsets of one commit do not fit into a batch: a case that is still to be written",
        ["OffsetNotAvailable"] = "a coordinator reads past the end of its own log, which ends its term and is answered by another code",
        ["OperationNotAttempted"] = "another partition of the transaction was refused: a case that is still to be written",
        ["RequestTimedOut"] = "more waits for one partition's disk than it takes, or others change the same configuration at every try: nothing that a test could time",
    };

    [Fact]
    public void EveryErrorCode_IsProvokedByATest()
    {
        string[] codes = [.. Member().Matches(Repository.Read("src/StreamCoord.Abstractions/Errors/ErrorCode.cs")).Select(match => match.Groups[1].Value)];
        Assert.Contains("OffsetOutOfRange", codes);
        HashSet<string> mentioned =
        [
            .. Repository.Files("tests", ".cs").SelectMany(path => Mention().Matches(Repository.Read(path))).Select(match => match.Groups[1].Value),
        ];

        Assert.Equal(Unprovoked.Keys.Order(), codes.Where(code => !mentioned.Contains(code)).Order());
    }

    [GeneratedRegex(@"^    (\w+) = -?\d+,", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"\bErrorCode\.(\w+)")]
    private static partial Regex Mention();
}
