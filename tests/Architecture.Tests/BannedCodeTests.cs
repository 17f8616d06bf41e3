using System.Text.RegularExpressions;

namespace StreamCoord.Architecture.Tests;

/// <summary>What code may not say, outside the one place that each rule names, if it names one.</summary>
public sealed partial class BannedCodeTests
{
    private static readonly string[] Src = Repository.Files("src", ".cs");
    private static readonly string[] All = [.. Src, .. Repository.Files("tests", ".cs").Where(path => !path.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal))];

    /// <summary>Threads of our own, which may wait: a wait there holds no thread of the pool.</summary>
    private static readonly string[] OwnThreads = ["src/StreamCoord.Log/BackgroundFlush.cs", "src/StreamCoord.Log/Maintenance/IoBudget.cs", "src/StreamCoord.Log/Storage/IoLane.cs"];

    /// <summary>Where tests get a seed, which it prints.</summary>
    private static readonly string[] Seeds = ["tests/Testing/TestSeed.cs"];

    [Fact]
    public void TheWallClock_IsReadThroughATimeProvider() => AssertNowhere(Src, WallClock());

    [Fact]
    public void Delays_GoThroughATimeProvider() => AssertNowhere(Src, Delay());

    [Fact]
    public void Randomness_HasASeed() => AssertNowhere(All.Except(Seeds), SeedlessRandom());

    [Fact]
    public void Tasks_AreAwaited_NotWaitedFor() => AssertNowhere(Src.Except(OwnThreads), Blocking());

    [Fact]
    public void PartialTypes_AreForGeneratedCode() =>
        Assert.DoesNotContain(All, path => PartialType().IsMatch(Repository.Read(path)) && !GeneratedCode().IsMatch(Repository.Read(path)));

    [Fact]
    public void NothingIsLeftForLater() => Assert.DoesNotContain(All, path => LeftOver().IsMatch(Repository.Read(path)));

    [Fact]
    public void Files_AreShort() => Assert.DoesNotContain(All, path => Repository.Read(path).Count(c => c == '\n') > 600);

    [Fact]
    public void Usings_AreInOrder() => Assert.DoesNotContain(All, path => !AreInOrder(Repository.Read(path)));

    [Fact]
    public void Rules_FindWhatTheyForbid()
    {
        Assert.True(AreInOrder("using System;\nusing System.Text;\nusing Orleans;\nusing Xunit;\n\nnamespace X;"));
        Assert.False(AreInOrder("using System.Text;\nusing System.Diagnostics;\n"));
        Assert.False(AreInOrder("using Orleans;\nusing System.Text;\n"));
        Assert.Matches(WallClock(), "var now = DateTimeOffset.UtcNow;");
        Assert.Matches(WallClock(), "long started = Stopwatch.GetTimestamp();");
        Assert.Matches(Delay(), "await Task.Delay(100);");
        Assert.Matches(Delay(), "await Task.Delay(100, stop);");
        Assert.DoesNotMatch(Delay(), "await Task.Delay(RetryDelay, time, stop);");
        Assert.Matches(SeedlessRandom(), "var random = new Random();");
        Assert.Matches(Blocking(), "return task.Result;");
        Assert.Matches(Blocking(), "task.GetAwaiter().GetResult();");
    }

    // Those of the runtime first, each by its name: dotnet format knows this too, but needs a minute for what the build has checked already.
    private static bool AreInOrder(string code)
    {
        string[] names = [.. UsingDirective().Matches(code).Select(match => match.Groups[1].Value)];
        return names.SequenceEqual(names.OrderBy(name => name == "System" || name.StartsWith("System.", StringComparison.Ordinal) ? 0 : 1).ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
    }

    private static void AssertNowhere(IEnumerable<string> paths, Regex rule)
    {
        Assert.Empty(paths.SelectMany(path => Repository.CodeLines(path)
            .Where(line => rule.IsMatch(line.Text))
            .Select(line => $"{path}:{line.Number}: {line.Text.Trim()}")));
    }

    [GeneratedRegex(@"^using ([\w.]+);\r?$", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b|\bStopwatch\b|\bEnvironment\.TickCount")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bTask\.Delay\((?!.*\b[_a-zA-Z]*[tT]ime(Provider)?\b)")]
    private static partial Regex Delay();

    [GeneratedRegex(@"\bnew Random\(\)|\bRandom\.Shared\b")]
    private static partial Regex SeedlessRandom();

    [GeneratedRegex(@"\.Result\b(?!\w)|\.Wait\(|\.GetAwaiter\(\)\.GetResult\(")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\bpartial (class|struct|record)\b")]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\[(LoggerMessage|LibraryImport|GeneratedRegex)\(|: JsonSerializerContext\b")]
    private static partial Regex GeneratedCode();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|#region\b|\bNotImplementedException\b")]
    private static partial Regex LeftOver();
}
