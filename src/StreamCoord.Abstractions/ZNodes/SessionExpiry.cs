namespace StreamCoord.ZNodes;

/// <summary>When a session's time is over, unless it gives a sign of life before. Immutable.</summary>
/// <param name="Session">The session.</param>
/// <param name="ExpiresAt">When, by the clock of the sequencer, which counts only what it was awake for.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.SessionExpiry")]
public sealed record SessionExpiry([property: Id(0)] SessionId Session, [property: Id(1)] DateTimeOffset ExpiresAt);
