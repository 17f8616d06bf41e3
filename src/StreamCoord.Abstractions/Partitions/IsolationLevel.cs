namespace StreamCoord.Partitions;

/// <summary>What a reader sees of transactions. The numbers are Kafka's <c>isolation_level</c>.</summary>
public enum IsolationLevel : byte
{
    /// <summary>Everything below the high watermark.</summary>
    ReadUncommitted = 0,

    /// <summary>What lies below the last stable offset, with the transactions in it that were aborted.</summary>
    ReadCommitted = 1,
}
