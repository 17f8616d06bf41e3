namespace StreamCoord.ZNodes;

/// <summary>A session that lives, for people and monitoring. Immutable.</summary>
/// <param name="Session">The session.</param>
/// <param name="ExpiresAt">When its time is over, unless it gives a sign of life before.</param>
/// <param name="EphemeralPaths">The znodes that end with it.</param>
public sealed record SessionDescription(SessionId Session, DateTimeOffset ExpiresAt, IReadOnlyList<string> EphemeralPaths);
