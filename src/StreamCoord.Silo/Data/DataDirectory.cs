using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamCoord.Grains.Backups;
using StreamCoord.Log;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Data;

/// <summary>
/// The silo's data directory: locked, of a format that this build knows, and this node's own. Owns the lock, the format
/// version, the identity and <c>endpoints.json</c>; the logs and the database in it have owners of their own. Used by one caller at
/// a time. What a finished call has written is durable.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    /// <summary>The newest layout of the directory that this build knows.</summary>
    private const int FormatVersion = 1;

    private const string FormatFileName = "format-version";
    private const string IdentityFileName = "identity.json";
    private const string EndpointsFileName = "endpoints.json";

    /// <summary>What may lie in a directory before it has an identity: our own beginnings, and what file systems put there.</summary>
    private static readonly HashSet<string> HarmlessNames =
    [
        DirectoryLock.FileName, DirectoryLock.HolderFileName, FormatFileName, $"{FormatFileName}.tmp", $"{IdentityFileName}.tmp", "lost+found",
    ];

    /// <summary>What may lie there as well when a backup was unpacked into it.</summary>
    private static readonly HashSet<string> RestoredNames = [RestoredBackup.FileName, LogLayout.Root];

    private readonly DirectoryLock _lock;

    private DataDirectory(string path, DirectoryLock @lock, DirectoryIdentity identity)
    {
        Path = path;
        _lock = @lock;
        Identity = identity;
    }

    /// <summary>The directory's full path.</summary>
    public string Path { get; }

    /// <summary>Whose data it holds.</summary>
    public DirectoryIdentity Identity { get; }

    /// <summary>The embedded database's file.</summary>
    public string DatabasePath => System.IO.Path.Combine(Path, "streamcoord.db");

    private string EndpointsPath => System.IO.Path.Combine(Path, EndpointsFileName);

    /// <summary>Opens the directory, and makes it where it is missing.</summary>
    /// <param name="node">Where it is, and whose.</param>
    /// <param name="cluster">Which cluster it must belong to, where that is configured.</param>
    /// <param name="newClusterId">The cluster that a new directory belongs to where none is configured; null for one of its own.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StartRefusedException">It is in use, of a newer format, another silo's, or cannot be written.</exception>
    public static DataDirectory Open(NodeOptions node, ClusterSettings cluster, string? newClusterId, TimeProvider time)
    {
        string path = node.DataDirectory;
        try
        {
            Directory.CreateDirectory(path);
            DirectoryLock @lock = DirectoryLock.Take(path, time);
            try
            {
                CheckFormat(path);
                var directory = new DataDirectory(path, @lock, ReadIdentity(path, node, cluster) ?? CreateIdentity(path, node, cluster.ClusterId ?? newClusterId ?? ClusterSettings.NewClusterId()));
                directory.RemoveEndpoints();
                return directory;
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The data directory '{path}' cannot be used: {failure.Message} Set StreamCoord:DataDirectory to a directory that this user may write.");
        }
    }

    /// <summary>True when the directory was a silo's before.</summary>
    public static bool HasIdentity(NodeOptions node) => File.Exists(System.IO.Path.Combine(node.DataDirectory, IdentityFileName));

    /// <summary>Tells other programs where the silo listens: names of listeners, and host:port of each.</summary>
    public void WriteEndpoints(Dictionary<string, string> endpoints) =>
        AtomicFile.Write(EndpointsPath, JsonSerializer.SerializeToUtf8Bytes(endpoints, DataJson.Default.DictionaryStringString));

    /// <summary>Takes back what <see cref="WriteEndpoints"/> wrote.</summary>
    public void RemoveEndpoints() => File.Delete(EndpointsPath);

    public void Dispose() => _lock.Dispose();

    private static void CheckFormat(string path)
    {
        string file = System.IO.Path.Combine(path, FormatFileName);
        if (!File.Exists(file))
        {
            return;
        }
        string text = File.ReadAllText(file).Trim();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new StartRefusedException($"'{file}' is damaged: it holds no version number. Restore it from a backup of the data directory.");
        }
        if (version > FormatVersion)
        {
            throw new StartRefusedException(
                $"The data directory '{path}' has format version {version}, and this build knows versions up to {FormatVersion}. Run the newer build that wrote it.");
        }
    }

    private static DirectoryIdentity? ReadIdentity(string path, NodeOptions node, ClusterSettings cluster)
    {
        string file = System.IO.Path.Combine(path, IdentityFileName);
        if (!File.Exists(file))
        {
            return null;
        }
        DirectoryIdentity identity;
        try
        {
            identity = JsonSerializer.Deserialize(File.ReadAllBytes(file), DataJson.Default.DirectoryIdentity) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new StartRefusedException($"'{file}' is damaged: it is no JSON of an identity. Restore it from a backup of the data directory.");
        }
        if (identity.NodeId != node.NodeId.Value)
        {
            throw new StartRefusedException(
                $"The data directory '{path}' belongs to node {identity.NodeId}, and StreamCoord:NodeId is {node.NodeId}. Set the one or the other right.");
        }
        if (cluster.ClusterId is not null && cluster.ClusterId != identity.ClusterId)
        {
            throw new StartRefusedException(
                $"The data directory '{path}' belongs to cluster {identity.ClusterId}, and StreamCoord:Cluster:ClusterId is {cluster.ClusterId}. Set the one or the other right.");
        }
        return identity;
    }

    private static DirectoryIdentity CreateIdentity(string path, NodeOptions node, string clusterId)
    {
        bool isRestored = File.Exists(System.IO.Path.Combine(path, RestoredBackup.FileName));
        string? foreign = Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName)
            .FirstOrDefault(name => !HarmlessNames.Contains(name!) && !(isRestored && RestoredNames.Contains(name!)));
        if (foreign is not null)
        {
            throw new StartRefusedException(
                $"The data directory '{path}' has no {IdentityFileName}, but other files such as '{foreign}'. Set StreamCoord:DataDirectory to an empty directory or to a silo's.");
        }
        var identity = new DirectoryIdentity(clusterId, node.NodeId.Value, Guid.NewGuid());
        AtomicFile.Write(System.IO.Path.Combine(path, FormatFileName), Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FormatVersion}\n")));
        AtomicFile.Write(System.IO.Path.Combine(path, IdentityFileName), JsonSerializer.SerializeToUtf8Bytes(identity, DataJson.Default.DirectoryIdentity));
        return identity;
    }
}
