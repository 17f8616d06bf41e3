namespace StreamCoord.Cluster.Tests.Load;

/// <summary>One write of somebody who held the lock, as its client saw it.</summary>
/// <param name="Name">What was written: the fencing token, who it was, and the number of its write.</param>
/// <param name="Outcome">What the client heard.</param>
/// <param name="Began">When it was sent, by the clock of all clients.</param>
/// <param name="Ended">When the answer came.</param>
internal sealed record FencedWrite(string Name, FencedOutcome Outcome, long Began, long Ended);

internal enum FencedOutcome
{
    /// <summary>It was carried out.</summary>
    Written,

    /// <summary>Its writer did not hold the lock any more, and nothing was written.</summary>
    Refused,

    /// <summary>Nobody knows.</summary>
    Unknown,
}
