using System.Xml.Linq;

namespace StreamCoord.Architecture.Tests;

/// <summary>Who may reference whom. A project that is not in the table may not exist.</summary>
public sealed class ReferenceTableTests
{
    /// <summary>What each project references; what those reference in turn it may name as well.</summary>
    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["StreamCoord.Abstractions"] = [],
        ["StreamCoord.Records"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Log"] = ["StreamCoord.Records"],
        ["StreamCoord.Replication"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Coordination"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Groups"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Security"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Grains"] =
        [
            "StreamCoord.Abstractions", "StreamCoord.Records", "StreamCoord.Log", "StreamCoord.Replication", "StreamCoord.Coordination", "StreamCoord.Groups",
            "StreamCoord.Security",
        ],
        ["StreamCoord.Streaming"] = ["StreamCoord.Records"],
        ["StreamCoord.Protocol.Kafka"] = ["StreamCoord.Abstractions", "StreamCoord.Protocol.Kafka.Generator"],
        ["StreamCoord.Protocol.Kafka.Generator"] = [],
        ["StreamCoord.Protocol.ZooKeeper"] = ["StreamCoord.Abstractions"],
        ["StreamCoord.Gateway.Kafka"] = ["StreamCoord.Protocol.Kafka", "StreamCoord.Security"],
        ["StreamCoord.Gateway.ZooKeeper"] = ["StreamCoord.Protocol.ZooKeeper", "StreamCoord.Security"],
        ["StreamCoord.Gateway.Http"] = ["StreamCoord.Records", "StreamCoord.Security"],
        ["StreamCoord.Console"] = [],
        ["StreamCoord.Client"] = ["StreamCoord.Records"],
        ["StreamCoord.Cli"] = [],
        ["StreamCoord.Silo"] =
        [
            "StreamCoord.Grains", "StreamCoord.Streaming", "StreamCoord.Gateway.Kafka", "StreamCoord.Gateway.ZooKeeper", "StreamCoord.Gateway.Http",
            "StreamCoord.Console",
        ],
    };

    /// <summary>Projects that know neither Orleans' runtime nor ASP.NET nor a database.</summary>
    private static readonly string[] Pure =
    [
        "StreamCoord.Records", "StreamCoord.Log", "StreamCoord.Replication", "StreamCoord.Coordination", "StreamCoord.Groups",
            "StreamCoord.Security",
        "StreamCoord.Protocol.Kafka", "StreamCoord.Protocol.ZooKeeper",
    ];

    public static TheoryData<string> Projects => new(Repository.Files("src", ".csproj"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ReferencesOnlyWhatTheTableAllows(string path)
    {
        string project = Path.GetFileNameWithoutExtension(path);
        Assert.True(Table.ContainsKey(project), $"{project} is not in the table of projects.");

        string[] references = [.. References(path, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))];

        Assert.Empty(references.Except(Allowed(project)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void PureProject_ReferencesNoFramework(string path)
    {
        if (Pure.Contains(Path.GetFileNameWithoutExtension(path)))
        {
            Assert.Empty(References(path, "FrameworkReference"));
            Assert.DoesNotContain(References(path, "PackageReference"), package =>
                package.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) || package.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || package is "Npgsql" or "Microsoft.Data.Sqlite");
        }
    }

    [Fact]
    public void Solution_HasEveryProject()
    {
        string solution = Repository.Read("StreamCoord.sln").Replace('\\', '/');

        Assert.DoesNotContain(
            Repository.Files("src", ".csproj").Concat(Repository.Files("tests", ".csproj")),
            path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void PackageVersions_StandInOnePlace() =>
        Assert.All(Repository.Files("src", ".csproj").Concat(Repository.Files("tests", ".csproj")), path =>
            Assert.DoesNotContain(Elements(path, "PackageReference"), package => package.Attribute("Version") is not null));

    private static HashSet<string> Allowed(string project)
    {
        var allowed = new HashSet<string>();
        var open = new Queue<string>(Table[project]);
        while (open.TryDequeue(out string? next))
        {
            if (allowed.Add(next))
            {
                Array.ForEach(Table[next], open.Enqueue);
            }
        }
        return allowed;
    }

    private static IEnumerable<string> References(string path, string kind) => Elements(path, kind).Select(element => element.Attribute("Include")!.Value);

    private static IEnumerable<XElement> Elements(string path, string kind) => XDocument.Parse(Repository.Read(path)).Descendants(kind);
}
