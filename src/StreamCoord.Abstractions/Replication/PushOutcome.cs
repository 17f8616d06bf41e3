namespace StreamCoord.Replication;

/// <summary>What a replica made of a <see cref="Push"/>.</summary>
public enum PushOutcome
{
    /// <summary>Its log is the leader's, up to the end of what was pushed.</summary>
    Accepted,

    /// <summary>The logs differ before the place at which the push begins: the leader goes back.</summary>
    Diverged,

    /// <summary>The replica follows a newer term, or is about to take over.</summary>
    Fenced,

    /// <summary>The replica's disk takes no writes: nothing has changed, and it cannot be waited for.</summary>
    Refused,
}
