namespace StreamCoord.Replication.Tests;

/// <summary>A log that is what a test says: terms and where each ends.</summary>
internal sealed class FixedLog(params (int Epoch, long End)[] terms) : IReplicaLog
{
    public Offset StartOffset { get; init; } = Offset.Zero;

    public Offset EndOffset => terms.Length == 0 ? StartOffset : new Offset(terms[^1].End);

    public Offset FlushedOffset => Flushed ?? EndOffset;

    public Offset? Flushed { get; init; }

    public LeaderEpoch EpochBefore(Offset offset) =>
        offset <= StartOffset ? LeaderEpoch.Unknown : new LeaderEpoch(terms.First(term => offset.Value <= term.End).Epoch);

    public Offset EndOf(LeaderEpoch epoch) => terms.LastOrDefault(term => term.Epoch <= epoch.Value) is { End: > 0 } found ? new Offset(found.End) : StartOffset;
}
