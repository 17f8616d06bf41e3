namespace StreamCoord.Replication;

/// <summary>A replica's answer to a <see cref="Push"/>. Immutable.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Replica">Who answers.</param>
/// <param name="Epoch">The newest term that the replica knows of: the leader's, unless it is fenced.</param>
/// <param name="Number">The push's number.</param>
/// <param name="SentAtMs">The push's time.</param>
/// <param name="AcknowledgedOffset">The replica has everything below, durably where the topic asks for that; <see cref="Offset.None"/> unless accepted.</param>
/// <param name="EndOffset">Where the replica's log ends.</param>
/// <param name="ResumeAt">Where the leader should go on; <see cref="Offset.None"/> unless diverged.</param>
/// <param name="ResumeEpoch">The term of the replica's record before <paramref name="ResumeAt"/>.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.PushReply")]
public sealed record PushReply(
    [property: Id(0)] PushOutcome Outcome,
    [property: Id(1)] ReplicaId Replica,
    [property: Id(2)] LeaderEpoch Epoch,
    [property: Id(3)] long Number,
    [property: Id(4)] long SentAtMs,
    [property: Id(5)] Offset AcknowledgedOffset,
    [property: Id(6)] Offset EndOffset,
    [property: Id(7)] Offset ResumeAt,
    [property: Id(8)] LeaderEpoch ResumeEpoch);
