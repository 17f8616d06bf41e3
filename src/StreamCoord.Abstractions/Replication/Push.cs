namespace StreamCoord.Replication;

/// <summary>
/// What a leader sends to a replica: the batches that follow a place at which both logs are the same, or none as a sign of life. Their bytes travel beside it. Immutable.
/// </summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.Push")]
public sealed record Push
{
    /// <summary>The leader's term. A replica that knows of a newer one refuses.</summary>
    [Id(0)]
    public required LeaderEpoch Epoch { get; init; }

    /// <summary>Counts the leader's pushes to this replica within its term, from 0.</summary>
    [Id(1)]
    public required long Number { get; init; }

    /// <summary>When it was sent, by the leader's monotonic clock, milliseconds. It comes back with the reply, and the lease counts from it.</summary>
    [Id(2)]
    public required long SentAtMs { get; init; }

    /// <summary>Where the batches begin.</summary>
    [Id(3)]
    public required Offset From { get; init; }

    /// <summary>The term in which the leader's record before <see cref="From"/> was written; unknown where its log begins.</summary>
    [Id(4)]
    public required LeaderEpoch EpochBefore { get; init; }

    /// <summary>The replica's log is to begin at <see cref="From"/>, where the leader's does: the leader has nothing left that would follow what the replica has.</summary>
    [Id(5)]
    public bool IsReset { get; init; }

    /// <summary>The batches, in their order; there may be gaps between them, where compaction has been.</summary>
    [Id(6)]
    public IReadOnlyList<BatchMark> Batches { get; init; } = [];

    /// <summary>How far the log is committed; <see cref="Offset.None"/> while the leader does not know yet.</summary>
    [Id(7)]
    public Offset HighWatermark { get; init; } = Offset.None;

    /// <summary>Where the leader's log begins: what lies below was deleted, and the replica deletes it as soon as it knows that it is committed.</summary>
    [Id(8)]
    public Offset StartOffset { get; init; } = Offset.Zero;
}
