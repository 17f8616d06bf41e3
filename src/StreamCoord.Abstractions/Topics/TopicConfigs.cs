using System.Collections.Frozen;
using System.Globalization;

namespace StreamCoord.Topics;

/// <summary>
/// The configurations of topics: every one of them is honoured. Names, defaults and ranges are Apache Kafka's, but for
/// <c>flush.messages</c> and <c>flush.ms</c>, whose defaults make an acknowledged record durable on one machine.
/// </summary>
public static class TopicConfigs
{
#pragma warning disable CS1591 // The documentation of each constant is the sentence in its definition below.
    public const string CleanupPolicy = "cleanup.policy";
    public const string CompressionGzipLevel = "compression.gzip.level";
    public const string CompressionLz4Level = "compression.lz4.level";
    public const string CompressionType = "compression.type";
    public const string CompressionZstdLevel = "compression.zstd.level";
    public const string DeleteRetentionMs = "delete.retention.ms";
    public const string FileDeleteDelayMs = "file.delete.delay.ms";
    public const string FlushMessages = "flush.messages";
    public const string FlushMs = "flush.ms";
    public const string IndexIntervalBytes = "index.interval.bytes";
    public const string MaxCompactionLagMs = "max.compaction.lag.ms";
    public const string MaxMessageBytes = "max.message.bytes";
    public const string MessageTimestampAfterMaxMs = "message.timestamp.after.max.ms";
    public const string MessageTimestampBeforeMaxMs = "message.timestamp.before.max.ms";
    public const string MessageTimestampType = "message.timestamp.type";
    public const string MinCleanableDirtyRatio = "min.cleanable.dirty.ratio";
    public const string MinCompactionLagMs = "min.compaction.lag.ms";
    public const string MinInsyncReplicas = "min.insync.replicas";
    public const string RetentionBytes = "retention.bytes";
    public const string RetentionMs = "retention.ms";
    public const string SegmentBytes = "segment.bytes";
    public const string SegmentIndexBytes = "segment.index.bytes";
    public const string SegmentJitterMs = "segment.jitter.ms";
    public const string SegmentMs = "segment.ms";
#pragma warning restore CS1591

    private const long Unlimited = long.MaxValue;

    private static readonly TopicConfigDefinition[] Definitions =
    [
        Words(CleanupPolicy, TopicConfigType.WordList, "delete", ["delete", "compact"],
            "What happens to old segments: 'delete' by retention, 'compact' to the newest record of each key, or both."),
        Int(CompressionGzipLevel, -1, -1, 9, "How hard gzip tries where compression.type is gzip: 1 to 9, or -1 for its own default."),
        Int(CompressionLz4Level, 9, 1, 17, "How hard lz4 tries where compression.type is lz4."),
        Words(CompressionType, TopicConfigType.Word, "producer", ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"],
            "How batches lie on the disk; 'producer' keeps what the producer sent."),
        Int(CompressionZstdLevel, 3, -131_072, 22, "How hard zstd tries where compression.type is zstd."),
        Long(DeleteRetentionMs, 86_400_000, 0, Unlimited, "How long compaction keeps a tombstone."),
        Long(FileDeleteDelayMs, 60_000, 0, Unlimited, "How long a deleted segment's file stays on the disk."),
        Long(FlushMessages, 1, 1, Unlimited,
            "1 flushes before an acks=all append is answered; 9223372036854775807 leaves flushing to the operating system; a number between flushes after so many records."),
        Long(FlushMs, 1_000, 0, Unlimited, "The longest a written record stays unflushed while nobody waits for it."),
        Int(IndexIntervalBytes, 4_096, 0, int.MaxValue, "How many bytes of log lie between two index entries."),
        Long(MaxCompactionLagMs, Unlimited, 1, Unlimited, "The longest a record stays uncompacted."),
        Int(MaxMessageBytes, 1_048_588, 0, int.MaxValue, "The largest batch accepted."),
        Long(MessageTimestampAfterMaxMs, Unlimited, 0, Unlimited, "How far a record's timestamp may lie after the leader's clock."),
        Long(MessageTimestampBeforeMaxMs, Unlimited, 0, Unlimited, "How far a record's timestamp may lie before the leader's clock."),
        Words(MessageTimestampType, TopicConfigType.Word, "CreateTime", ["CreateTime", "LogAppendTime"],
            "Whether a record carries the producer's time or the leader's."),
        new(MinCleanableDirtyRatio, TopicConfigType.Double, "0.5", 0, 1, [], "The part of the log that must be uncompacted before compaction runs."),
        Long(MinCompactionLagMs, 0, 0, Unlimited, "How long a record stays uncompacted at least."),
        Int(MinInsyncReplicas, 1, 1, int.MaxValue, "How many in-sync replicas an acks=all append needs."),
        Long(RetentionBytes, -1, -1, Unlimited, "The size at which the oldest segments are deleted; -1 for no limit."),
        Long(RetentionMs, 604_800_000, -1, Unlimited, "The age at which segments are deleted; -1 for no limit."),
        Int(SegmentBytes, 1_073_741_824, 14, int.MaxValue, "The size at which a new segment begins."),
        Int(SegmentIndexBytes, 10_485_760, 4, int.MaxValue, "The size of an index at which a new segment begins."),
        Long(SegmentJitterMs, 0, 0, Unlimited, "A random part taken off segment.ms, so that segments do not all end at once."),
        Long(SegmentMs, 604_800_000, 1, Unlimited, "The age at which a new segment begins."),
    ];

    private static readonly FrozenDictionary<string, TopicConfigDefinition> ByName = Definitions.ToFrozenDictionary(d => d.Name);

    /// <summary>Every configuration, by name in ordinal order.</summary>
    public static IReadOnlyList<TopicConfigDefinition> All => Definitions;

    /// <summary>The configuration of that name, or null.</summary>
    public static TopicConfigDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>
    /// Null when every entry has a known name and a legal value, else a sentence about the first that has not. Callers answer
    /// it with <see cref="ErrorCode.InvalidConfig"/>.
    /// </summary>
    public static string? Check(IEnumerable<KeyValuePair<string, string>> configs)
    {
        foreach ((string name, string value) in configs)
        {
            string? problem = Find(name) is { } definition
                ? definition.Check(value)
                : $"There is no topic configuration '{name}'. Known are: {string.Join(", ", Definitions.Select(d => d.Name))}.";
            if (problem is not null)
            {
                return problem;
            }
        }
        return null;
    }

    /// <summary>The value set for the topic, or the default.</summary>
    public static string Value(IReadOnlyDictionary<string, string> configs, string name) =>
        configs.TryGetValue(name, out string? value) ? value : ByName[name].Default;

    /// <summary>As <see cref="Value"/>, for a <see cref="TopicConfigType.Int"/> or <see cref="TopicConfigType.Long"/>.</summary>
    public static long Number(IReadOnlyDictionary<string, string> configs, string name) =>
        long.Parse(Value(configs, name), CultureInfo.InvariantCulture);

    private static TopicConfigDefinition Words(string name, TopicConfigType type, string @default, string[] words, string documentation) =>
        new(name, type, @default, 0, 0, words, documentation);

    private static TopicConfigDefinition Int(string name, int @default, int min, int max, string documentation) =>
        new(name, TopicConfigType.Int, @default.ToString(CultureInfo.InvariantCulture), min, max, [], documentation);

    private static TopicConfigDefinition Long(string name, long @default, long min, long max, string documentation) =>
        new(name, TopicConfigType.Long, @default.ToString(CultureInfo.InvariantCulture), min, max, [], documentation);
}
