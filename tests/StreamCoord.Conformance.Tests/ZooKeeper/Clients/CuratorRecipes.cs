using System.Collections.Concurrent;
using StreamCoord.Conformance.Tests.Kafka;
using StreamCoord.Testing;

[assembly: AssemblyFixture(typeof(StreamCoord.Conformance.Tests.ZooKeeper.Clients.CuratorRecipes))]

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>One run of the program in curator/ at each service, for all tests that look at a part of it. It is compiled when the first test asks for it, with Debian's Curator.</summary>
public sealed class CuratorRecipes : IDisposable
{
    private static readonly string[] Libraries =
    [
        "curator-recipes", "curator-framework", "curator-client", "curator-x-discovery", "zookeeper", "zookeeper-jute", "guava", "jackson-databind", "jackson-core", "jackson-annotations", "slf4j-simple",
    ];

    private static readonly string ClassPath = string.Join(':', Libraries.Select(name => $"/usr/share/java/{name}.jar"));

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<string[]>> _compiled;
    private readonly ConcurrentDictionary<string, Lazy<Task<Dictionary<string, string>>>> _runs = new();

    public CuratorRecipes() => _compiled = new(CompileAsync);

    public void Dispose() => _directory.Dispose();

    /// <summary>What went wrong in each case at the service; nothing where nothing did.</summary>
    internal Task<Dictionary<string, string>> RunAsync(string address) => _runs.GetOrAdd(address, key => new(() => RunOnceAsync(key))).Value;

    private Task<string[]> CompileAsync()
    {
        string[] sources = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "curator"), "*.java");
        return ClientProgram.RunAsync([], "javac", ["-nowarn", "-d", _directory.Path, "-cp", ClassPath, .. sources]);
    }

    private async Task<Dictionary<string, string>> RunOnceAsync(string address)
    {
        await _compiled.Value;
        string[] lines = await ClientProgram.RunAsync(
            [], "java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", $"{_directory.Path}:{ClassPath}", "curator.Recipes", address);
        return lines.Select(line => line.Split('\t')).ToDictionary(line => line[0], line => line[1]);
    }
}
