using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamCoord.Grains.Backups;

/// <summary>What is in a backup: its last file, which a silo that is started on it reads. Immutable.</summary>
/// <param name="Version">The version of this format: <see cref="NewestVersion"/>, or an older one.</param>
/// <param name="BackupId">Which backup it is; the znode <see cref="BackupMark.Path"/> in it names the same.</param>
/// <param name="ClusterId">The cluster that it was taken of.</param>
/// <param name="Zxid">The last transaction of the znode tree that is in it.</param>
/// <param name="TakenAt">When.</param>
/// <param name="Topics">Every topic, the service's own among them.</param>
internal sealed record BackupManifest(int Version, Guid BackupId, string ClusterId, long Zxid, DateTimeOffset TakenAt, IReadOnlyList<BackupManifest.Topic> Topics)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "restore.json";

    /// <summary>The version that is written.</summary>
    public const int NewestVersion = 1;

    /// <summary>Makes the list.</summary>
    public static BackupManifest Of(Guid backupId, string clusterId, long zxid, DateTimeOffset takenAt, IReadOnlyList<PartitionCut> cuts) => new(
        NewestVersion,
        backupId,
        clusterId,
        zxid,
        takenAt,
        [
            .. cuts.GroupBy(cut => (cut.TopicId, cut.Partition.Topic)).Select(topic => new Topic(
                topic.Key.Topic, topic.Key.TopicId.Value, [.. topic.OrderBy(cut => cut.Partition.Partition).Select(cut => new Partition(cut.Epoch.Value, cut.Start.Value, cut.End.Value))])),
        ]);

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupManifest);

    /// <summary>Reads the file.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupManifest) is { ClusterId.Length: > 0 } read && read.Topics.All(topic => topic is { Partitions.Count: > 0 }) ? read : throw new JsonException("It lacks members.");

    /// <summary>A topic.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="TopicId">Its identity.</param>
    /// <param name="Partitions">Its partitions, from 0 on.</param>
    internal sealed record Topic(string Name, Guid TopicId, IReadOnlyList<Partition> Partitions);

    /// <summary>A partition.</summary>
    /// <param name="LeaderEpoch">The epoch that it was led in.</param>
    /// <param name="Start">Its first offset.</param>
    /// <param name="End">The offset behind its last.</param>
    internal sealed record Partition(int LeaderEpoch, long Start, long End);
}

/// <summary>The JSON of a backup's list.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
