using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>environment: what the server runs on. It tells nothing of the user, of files or of the environment.</summary>
internal sealed class EnvironmentCommand(ZooKeeperListener listener) : IServerCommand
{
    private const long BytesPerMegabyte = 1_048_576;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["environment", "env", "envi"];

    /// <inheritdoc/>
    public Task<JsonObject> AnswerAsync()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return Task.FromResult(new JsonObject
        {
            ["zookeeper.version"] = ServerStatistics.Version,
            ["host.name"] = listener.Host,
            ["dotnet.version"] = RuntimeInformation.FrameworkDescription,
            ["os.name"] = RuntimeInformation.OSDescription,
            ["os.arch"] = RuntimeInformation.OSArchitecture.ToString(),
            ["os.version"] = Environment.OSVersion.Version.ToString(),
            ["os.memory.free"] = Megabytes(Math.Max(0, memory.TotalCommittedBytes - memory.HeapSizeBytes)),
            ["os.memory.max"] = Megabytes(memory.TotalAvailableMemoryBytes),
            ["os.memory.total"] = Megabytes(memory.TotalCommittedBytes),
        });
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesPerMegabyte}MB");
}
