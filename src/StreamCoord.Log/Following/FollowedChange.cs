namespace StreamCoord.Log;

/// <summary>What a leader's push does to a follower's log, in this order. Immutable; the batches' memory is lent until the task ends.</summary>
public sealed record FollowedChange
{
    /// <summary>
    /// First the log is made to begin here: what lies below is not read any more, and where the log does not reach so far, all of it goes. Without effect below the log's start. <see cref="Offset.None"/> to leave
    /// the beginning.
    /// </summary>
    public Offset BeginAt { get; init; } = Offset.None;

    /// <summary>Then it is cut to end here; <see cref="Offset.None"/> for no cut.</summary>
    public Offset CutTo { get; init; } = Offset.None;

    /// <summary>Then these batches are appended as they are, with the offsets and epochs that their leader gave them. There may be gaps between them, where compaction has been at the leader.</summary>
    public ReadOnlyMemory<byte> Batches { get; init; }

    /// <summary>True when all of it has to be durable before the task ends; else it is after <c>flush.ms</c>.</summary>
    public bool MustFlush { get; init; }
}
