namespace StreamCoord.Replication;

/// <summary>What a replica's log has to do with a push before it is answered. Immutable.</summary>
/// <param name="Outcome">What the answer will say. Nothing is done to the log unless it is <see cref="PushOutcome.Accepted"/>.</param>
/// <param name="BeginAt">First the log is made to begin here: what lies below goes, and the rest stays. Always above the log's start; <see cref="Offset.None"/> to leave that.</param>
/// <param name="CutTo">Then it is cut to end here; below its beginning all of it goes. <see cref="Offset.None"/> for no cut.</param>
/// <param name="SkippedCount">So many batches of the push are there already; the ones behind are appended.</param>
public readonly record struct PushVerdict(PushOutcome Outcome, Offset BeginAt, Offset CutTo, int SkippedCount)
{
    /// <summary>A push that is not taken.</summary>
    public static PushVerdict Refused(PushOutcome result) => new(result, Offset.None, Offset.None, 0);
}
