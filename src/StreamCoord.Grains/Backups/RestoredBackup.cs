using System.Text.Json;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Storage;
using StreamCoord.Log.Storage;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Backups;

/// <summary>
/// A data directory that a backup was unpacked into. The silo that is started on it keeps and leads everything in it, and the cluster of the backup begins anew with it. Used by one caller, before the silo serves; it may be
/// stopped anywhere and run again.
/// </summary>
public sealed class RestoredBackup
{
    /// <summary>What the list is called once the silo has taken everything over.</summary>
    private const string DoneName = "restored.json";

    private readonly string _path;
    private readonly BackupManifest _manifest;

    private RestoredBackup(string path, BackupManifest manifest) => (_path, _manifest) = (path, manifest);

    /// <summary>The name of the list in a data directory.</summary>
    public static string FileName => BackupManifest.FileName;

    /// <summary>The cluster that the backup was taken of.</summary>
    public string ClusterId => _manifest.ClusterId;

    /// <summary>How many partitions there are in it.</summary>
    public int PartitionCount => _manifest.Topics.Sum(topic => topic.Partitions.Count);

    /// <summary>What was unpacked into a directory; null when nothing was, or it has been taken over.</summary>
    /// <exception cref="DatabaseException">The list cannot be read. The message says what to do.</exception>
    public static RestoredBackup? Find(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            BackupManifest manifest = BackupManifest.Read(File.ReadAllBytes(path));
            return manifest.Version <= BackupManifest.NewestVersion
                ? new RestoredBackup(path, manifest)
                : throw new DatabaseException($"'{path}' has version {manifest.Version}, and this build knows versions up to {BackupManifest.NewestVersion}. Restore the backup with the newer build that took it.");
        }
        catch (JsonException failure)
        {
            throw new DatabaseException($"'{path}' is damaged: {failure.Message} Unpack the backup again, into an empty directory.", failure);
        }
    }

    /// <summary>Enters everything into the leadership table as kept, and last led, by this silo alone. Durable when it ends.</summary>
    public async Task EnterAsync(Database database, ReplicaId self)
    {
        var table = new LeadershipTable(database);
        foreach (BackupManifest.Topic topic in _manifest.Topics)
        {
            var topicId = new TopicId(topic.TopicId);
            await table.CreateAsync(topicId, 0, [.. topic.Partitions.Select(_ => new PartitionReplicas([self.Node], [self]))]);
            // Clients that know the epochs of before take no older ones.
            await table.ClaimAsync(
                [.. topic.Partitions.Index().Where(one => one.Item.LeaderEpoch > LeaderEpoch.Unknown.Value).Select(one => new Claim(topicId, one.Index, LeaderEpoch.Unknown, new LeaderEpoch(one.Item.LeaderEpoch)))],
                self);
        }
        var disk = new PhysicalDisk();
        disk.Rename(_path, Path.Combine(Path.GetDirectoryName(_path)!, DoneName));
        disk.FlushDirectory(Path.GetDirectoryName(_path)!);
    }
}
