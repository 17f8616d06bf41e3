namespace StreamCoord.Log;

/// <summary>What holds for all logs of a silo. Section <c>StreamCoord:Log</c>. A change needs a restart.</summary>
public sealed class LogOptions
{
    /// <summary>How many partitions can be written and flushed at the same time.</summary>
    /// <value>8, as many as Kafka's <c>num.io.threads</c>: a flush waits for the disk, not for a core. 1 to 256.</value>
    public int AppendThreads { get; set; } = 8;

    /// <summary>How many reads from the disk can be under way at the same time.</summary>
    /// <value>8, for the same reason. 1 to 256.</value>
    public int ReadThreads { get; set; } = 8;

    /// <summary>The most bytes that are gathered into one write and one flush of a partition.</summary>
    /// <value>4 MiB: a disk writes that in a few milliseconds, and waiting longer would only add latency. 64 KiB to 1 GiB.</value>
    public int GroupBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>The most bytes that may wait for one partition's writer; more is refused, retriably.</summary>
    /// <value>64 MiB, sixteen groups. 1 MiB to 1 GiB.</value>
    public int QueuedBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a partition keeps its files open after its last use. Milliseconds.</summary>
    /// <value>10,000: long enough for a steady trickle, short enough that thousands of idle partitions hold nothing. 100 or more.</value>
    public int IdleCloseMs { get; set; } = 10_000;

    /// <summary>How often retention and compaction look at each partition. Milliseconds.</summary>
    /// <value>300,000, Kafka's <c>log.retention.check.interval.ms</c>. 100 or more.</value>
    public int MaintenanceIntervalMs { get; set; } = 300_000;

    /// <summary>The most bytes a second that compaction reads and writes, so that clients do not feel it; 0 for no limit.</summary>
    /// <value>64 MiB. 0, or 64 KiB and more.</value>
    public long MaintenanceBytesPerSecond { get; set; } = 64 * 1024 * 1024;

    /// <summary>The most keys that one pass of compaction tells apart; a log with more is compacted in several passes.</summary>
    /// <value>1,000,000, about 64 MB while a pass runs. 1,000 or more.</value>
    public int CompactionKeysMax { get; set; } = 1_000_000;

    /// <summary>How long an idempotent producer that sends nothing is remembered. Milliseconds.</summary>
    /// <value>86,400,000, Kafka's <c>producer.id.expiration.ms</c>. 1 or more.</value>
    public long ProducerIdExpirationMs { get; set; } = 86_400_000;
}
