using System.Collections.Concurrent;
using System.Text.Json;
using StreamCoord.Conformance.Tests.Kafka;

[assembly: AssemblyFixture(typeof(StreamCoord.Conformance.Tests.ZooKeeper.Clients.KazooRecipes))]

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>One run of kazoo_recipes.py at each service, for all tests that look at a part of it.</summary>
public sealed class KazooRecipes
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Dictionary<string, string?>>>> _runs = new();

    /// <summary>What went wrong in each case at the service; null where nothing did.</summary>
    internal Task<Dictionary<string, string?>> RunAsync(string address) => _runs.GetOrAdd(address, key => new(() => RunOnceAsync(key))).Value;

    private static async Task<Dictionary<string, string?>> RunOnceAsync(string address)
    {
        string[] lines = await ClientProgram.RunAsync([], "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "kazoo_recipes.py"), address);
        return lines.Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("name").GetString()!, line => line.GetProperty("error").GetString());
    }
}
