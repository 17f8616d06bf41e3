namespace StreamCoord.Client.Producing;

/// <summary>Where the producer of a transactional id stands.</summary>
internal enum TransactionStage
{
    /// <summary>It has no identity yet.</summary>
    New,

    /// <summary>It has no transaction.</summary>
    Idle,

    /// <summary>It has one, which may have failed.</summary>
    Open,

    /// <summary>It has asked for the end of one, and does not know yet that it is decided.</summary>
    Ending,

    /// <summary>Another one has taken its place.</summary>
    Fenced,
}
