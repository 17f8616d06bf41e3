using System.Runtime.CompilerServices;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Log;

/// <summary>
/// What a topic's configuration means for the logs of its partitions: <see cref="TopicConfigs"/> with types. Immutable; a change
/// of the topic's configuration makes a new one.
/// </summary>
public sealed record LogConfig
{
    private static readonly ConditionalWeakTable<IReadOnlyDictionary<string, string>, LogConfig> Known = [];

    /// <summary>Every configuration at its default.</summary>
    public static readonly LogConfig Default = From(new Dictionary<string, string>());

    /// <summary><c>cleanup.policy</c> holds <c>delete</c>.</summary>
    public required bool Deletes { get; init; }

    /// <summary><c>cleanup.policy</c> holds <c>compact</c>.</summary>
    public required bool Compacts { get; init; }

    /// <summary><c>compression.type</c>; null for <c>producer</c>.</summary>
    public required CompressionCodec? Compression { get; init; }

    /// <summary>The level of that codec, as <see cref="BatchCompression.Compress"/> takes it; null for the codec's own default.</summary>
    public required int? CompressionLevel { get; init; }

    /// <summary><c>delete.retention.ms</c>.</summary>
    public required long DeleteRetentionMs { get; init; }

    /// <summary><c>file.delete.delay.ms</c>.</summary>
    public required long FileDeleteDelayMs { get; init; }

    /// <summary><c>flush.messages</c>; 1 makes an acks=all append wait for the disk.</summary>
    public required long FlushMessages { get; init; }

    /// <summary><c>flush.ms</c>.</summary>
    public required long FlushMs { get; init; }

    /// <summary><c>index.interval.bytes</c>.</summary>
    public required int IndexIntervalBytes { get; init; }

    /// <summary><c>max.compaction.lag.ms</c>.</summary>
    public required long MaxCompactionLagMs { get; init; }

    /// <summary><c>max.message.bytes</c>.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary><c>message.timestamp.after.max.ms</c>.</summary>
    public required long TimestampAfterMaxMs { get; init; }

    /// <summary><c>message.timestamp.before.max.ms</c>.</summary>
    public required long TimestampBeforeMaxMs { get; init; }

    /// <summary><c>message.timestamp.type</c> is <c>LogAppendTime</c>.</summary>
    public required bool UsesLogAppendTime { get; init; }

    /// <summary><c>min.cleanable.dirty.ratio</c>.</summary>
    public required double MinCleanableDirtyRatio { get; init; }

    /// <summary><c>min.compaction.lag.ms</c>.</summary>
    public required long MinCompactionLagMs { get; init; }

    /// <summary><c>min.insync.replicas</c>.</summary>
    public required int MinInsyncReplicas { get; init; }

    /// <summary><c>retention.bytes</c>; -1 for no limit.</summary>
    public required long RetentionBytes { get; init; }

    /// <summary><c>retention.ms</c>; -1 for no limit.</summary>
    public required long RetentionMs { get; init; }

    /// <summary><c>segment.bytes</c>.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary><c>segment.index.bytes</c>.</summary>
    public required int SegmentIndexBytes { get; init; }

    /// <summary><c>segment.jitter.ms</c>.</summary>
    public required long SegmentJitterMs { get; init; }

    /// <summary><c>segment.ms</c>.</summary>
    public required long SegmentMs { get; init; }

    /// <summary>True when an acknowledged (acks=all) record is on the disk, and nobody reads what is not.</summary>
    public bool WaitsForFlush => FlushMessages == 1;

    /// <summary>
    /// From configurations that <see cref="TopicConfigs.Check"/> has accepted and that nobody changes. The partitions of a topic ask with the
    /// same object and share the answer.
    /// </summary>
    public static LogConfig From(IReadOnlyDictionary<string, string> configs) => Known.GetValue(configs, Make);

    private static LogConfig Make(IReadOnlyDictionary<string, string> configs)
    {
        IReadOnlyList<string> policies = TopicConfigDefinition.SplitWords(TopicConfigs.Value(configs, TopicConfigs.CleanupPolicy));
        return new LogConfig
        {
            Deletes = policies.Contains("delete"),
            Compacts = policies.Contains("compact"),
            Compression = ParseCodec(TopicConfigs.Value(configs, TopicConfigs.CompressionType)),
            CompressionLevel = LevelOf(configs),
            DeleteRetentionMs = TopicConfigs.Number(configs, TopicConfigs.DeleteRetentionMs),
            FileDeleteDelayMs = TopicConfigs.Number(configs, TopicConfigs.FileDeleteDelayMs),
            FlushMessages = TopicConfigs.Number(configs, TopicConfigs.FlushMessages),
            FlushMs = TopicConfigs.Number(configs, TopicConfigs.FlushMs),
            IndexIntervalBytes = (int)TopicConfigs.Number(configs, TopicConfigs.IndexIntervalBytes),
            MaxCompactionLagMs = TopicConfigs.Number(configs, TopicConfigs.MaxCompactionLagMs),
            MaxMessageBytes = (int)TopicConfigs.Number(configs, TopicConfigs.MaxMessageBytes),
            TimestampAfterMaxMs = TopicConfigs.Number(configs, TopicConfigs.MessageTimestampAfterMaxMs),
            TimestampBeforeMaxMs = TopicConfigs.Number(configs, TopicConfigs.MessageTimestampBeforeMaxMs),
            UsesLogAppendTime = TopicConfigs.Value(configs, TopicConfigs.MessageTimestampType) == "LogAppendTime",
            MinCleanableDirtyRatio = double.Parse(
                TopicConfigs.Value(configs, TopicConfigs.MinCleanableDirtyRatio), System.Globalization.CultureInfo.InvariantCulture),
            MinCompactionLagMs = TopicConfigs.Number(configs, TopicConfigs.MinCompactionLagMs),
            MinInsyncReplicas = (int)TopicConfigs.Number(configs, TopicConfigs.MinInsyncReplicas),
            RetentionBytes = TopicConfigs.Number(configs, TopicConfigs.RetentionBytes),
            RetentionMs = TopicConfigs.Number(configs, TopicConfigs.RetentionMs),
            SegmentBytes = (int)TopicConfigs.Number(configs, TopicConfigs.SegmentBytes),
            SegmentIndexBytes = (int)TopicConfigs.Number(configs, TopicConfigs.SegmentIndexBytes),
            SegmentJitterMs = TopicConfigs.Number(configs, TopicConfigs.SegmentJitterMs),
            SegmentMs = TopicConfigs.Number(configs, TopicConfigs.SegmentMs),
        };
    }

    private static int? LevelOf(IReadOnlyDictionary<string, string> configs)
    {
        string? name = TopicConfigs.Value(configs, TopicConfigs.CompressionType) switch
        {
            "gzip" => TopicConfigs.CompressionGzipLevel,
            "lz4" => TopicConfigs.CompressionLz4Level,
            "zstd" => TopicConfigs.CompressionZstdLevel,
            _ => null,
        };
        // The defaults stand for the codecs' own; lz4's is the fast compressor, which has no level.
        return name is null || TopicConfigs.Value(configs, name) == TopicConfigs.Find(name)!.Default ? null : (int)TopicConfigs.Number(configs, name);
    }

    private static CompressionCodec? ParseCodec(string word) => word switch
    {
        "producer" => null,
        "uncompressed" => CompressionCodec.None,
        "gzip" => CompressionCodec.Gzip,
        "snappy" => CompressionCodec.Snappy,
        "lz4" => CompressionCodec.Lz4,
        _ => CompressionCodec.Zstd,
    };
}
