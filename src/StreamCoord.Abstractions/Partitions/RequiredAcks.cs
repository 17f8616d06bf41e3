namespace StreamCoord.Partitions;

/// <summary>What an append waits for. The numbers are Kafka's <c>acks</c>.</summary>
public enum RequiredAcks : short
{
    /// <summary>Kafka's <c>acks=all</c>: flushed on every in-sync replica, where the topic's flush policy flushes.</summary>
    All = -1,

    /// <summary>Nothing: the reply says only that the batch was accepted for writing.</summary>
    None = 0,

    /// <summary>Written by the leader, not necessarily flushed.</summary>
    Leader = 1,
}
