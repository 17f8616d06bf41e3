namespace StreamCoord.Replication;

/// <summary>How a partition is replicated. Immutable.</summary>
/// <remarks>Always <see cref="HeartbeatMs"/> * 2 &lt; <see cref="LeaseMs"/>: one sign of life may be lost without the leader falling silent.</remarks>
public sealed record ReplicationOptions
{
    /// <summary>How long a replica's answer lets the leader serve, counted from the send of what is answered. Milliseconds; 2,000 by default, less than it takes to declare a silo dead.</summary>
    public int LeaseMs { get; init; } = 2_000;

    /// <summary>
    /// How much longer than <see cref="LeaseMs"/> a replica waits before it takes over: by so much two clocks may run apart in that time. Milliseconds; 50 by default, a
    /// hundred times what quartz does.
    /// </summary>
    public int ClockDriftMs { get; init; } = 50;

    /// <summary>A replica hears from its leader at least so often. Milliseconds; 500 by default.</summary>
    public int HeartbeatMs { get; init; } = 500;

    /// <summary>A member of the in-sync set that has not been at the log's end for longer leaves it (Kafka's <c>replica.lag.time.max.ms</c>). Milliseconds; 10,000 by default.</summary>
    public int LagMsMax { get; init; } = 10_000;

    /// <summary>With fewer in-sync replicas nothing more is committed (Kafka's <c>min.insync.replicas</c>). 1 or more; 1 by default.</summary>
    public int InSyncMin { get; init; } = 1;

    /// <summary>
    /// So many replicas, the first ones, may be in sync. The others are learners: they get everything, and nobody waits for them or is led by them. 1 or more; no limit by default.
    /// </summary>
    public int InSyncMax { get; init; } = int.MaxValue;

    /// <summary>True when a record counts from where it is flushed, false when it counts from where it is written.</summary>
    public bool CountsFlushed { get; init; } = true;

    /// <summary>So many pushes to one replica may be under way. 1 or more; 4 by default: enough to keep a disk busy while the network carries the next.</summary>
    public int PushesUnderWayMax { get; init; } = 4;

    /// <summary>True when every replica hears at once of what is committed, because its own silo waits for it. False by default: then only those that consumers read from.</summary>
    public bool IsReadEverywhere { get; init; }

    /// <summary>Up to where a log counts by these rules.</summary>
    public Offset Counting(IReplicaLog log) => CountsFlushed ? log.FlushedOffset : log.EndOffset;
}
