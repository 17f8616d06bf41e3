using StreamCoord.Cluster.Tests.Load;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>That the check sees what it is there for.</summary>
public sealed class FencingCheckTests
{
    [Fact]
    public void HoldersOneAfterAnother_AreFine() =>
        Assert.Null(FencingCheck.FindProblem(["5-0-1-0000000000", "5-0-2-0000000001", "9-1-1-0000000002"], [Written("5-0-1", 1, 2), Unknown("5-0-2"), Written("9-1-1", 3, 4), Unknown("9-1-2")]));

    [Fact]
    public void AWriteOfAnEarlierHolder_AfterOneOfALaterHolder_IsSeen() =>
        Assert.Contains("5-0-2", FencingCheck.FindProblem(["5-0-1-0", "9-1-1-1", "5-0-2-2"], [Written("5-0-1", 1, 2), Written("9-1-1", 3, 4), Unknown("5-0-2")]), StringComparison.Ordinal);

    [Fact]
    public void AnOrderAgainstRealTime_IsSeen() =>
        Assert.Contains("had ended", FencingCheck.FindProblem(["5-0-2-0", "5-0-1-1"], [Written("5-0-1", 1, 2), Written("5-0-2", 3, 4)]), StringComparison.Ordinal);

    [Fact]
    public void WhatWasAcknowledgedAndIsMissing_RefusedAndIsThere_OrThereTwice_IsSeen()
    {
        Assert.Contains("lost", FencingCheck.FindProblem([], [Written("5-0-1", 1, 2)]), StringComparison.Ordinal);
        Assert.Contains("was written", FencingCheck.FindProblem(["5-0-1-0"], [new("5-0-1", FencedOutcome.Refused, 1, 2)]), StringComparison.Ordinal);
        Assert.Contains("twice", FencingCheck.FindProblem(["5-0-1-0", "5-0-1-1"], [Unknown("5-0-1")]), StringComparison.Ordinal);
    }

    private static FencedWrite Written(string name, long began, long ended) => new(name, FencedOutcome.Written, began, ended);

    private static FencedWrite Unknown(string name) => new(name, FencedOutcome.Unknown, 1, 100);
}
