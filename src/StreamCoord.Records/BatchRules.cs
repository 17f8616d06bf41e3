namespace StreamCoord.Records;

/// <summary>What a topic demands of a batch that a client appends. Immutable; make it once for a topic and set the time for each call.</summary>
public readonly record struct BatchRules
{
    /// <summary>The rules of a topic with default configurations.</summary>
    public BatchRules()
    {
    }

    /// <summary>The largest batch in bytes: the topic's <c>max.message.bytes</c>.</summary>
    public int BatchSizeBytesMax { get; init; } = 1_048_588;

    /// <summary>The most bytes the records may take when decompressed. 64 MiB by default: far above what a producer sends, small enough to hold.</summary>
    public int DecompressedBytesMax { get; init; } = BatchCompression.DecompressedBytesMaxDefault;

    /// <summary>True for a compacted topic: every record needs a key.</summary>
    public bool RequiresKey { get; init; }

    /// <summary>True when the topic takes the producer's timestamps, so that they must lie near <see cref="NowMs"/>.</summary>
    public bool ChecksTimestamps { get; init; } = true;

    /// <summary>The leader's time in milliseconds since 1970.</summary>
    public long NowMs { get; init; }

    /// <summary>How far a timestamp may lie before <see cref="NowMs"/>, in milliseconds.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary>How far a timestamp may lie after <see cref="NowMs"/>, in milliseconds.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary>False for a client whose protocol version is older than zstd.</summary>
    public bool AllowsZstd { get; init; } = true;

    /// <summary>True for what a coordinator of the service writes: markers, and batches of a producer without sequence numbers.</summary>
    public bool IsFromCoordinator { get; init; }
}
