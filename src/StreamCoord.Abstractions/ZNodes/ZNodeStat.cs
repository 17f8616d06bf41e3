namespace StreamCoord.ZNodes;

/// <summary>A znode's Stat as clients see it (ZooKeeper's Stat, field for field).</summary>
/// <param name="Czxid">The transaction that created it.</param>
/// <param name="Mzxid">The transaction that set its data last.</param>
/// <param name="CtimeMs">When it was created, milliseconds since 1970.</param>
/// <param name="MtimeMs">When its data was set last, milliseconds since 1970.</param>
/// <param name="Version">How often its data was set.</param>
/// <param name="Cversion">How many children were created and deleted.</param>
/// <param name="Aversion">How often its access control list was set.</param>
/// <param name="EphemeralOwner">The session of an ephemeral znode, else <see cref="SessionId.None"/>.</param>
/// <param name="DataLength">The length of the data in bytes; 0 also for null.</param>
/// <param name="ChildCount">How many children there are.</param>
/// <param name="Pzxid">The transaction that created or deleted a child last.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ZNodeStat")]
public readonly record struct ZNodeStat(
    [property: Id(0)] Zxid Czxid,
    [property: Id(1)] Zxid Mzxid,
    [property: Id(2)] long CtimeMs,
    [property: Id(3)] long MtimeMs,
    [property: Id(4)] int Version,
    [property: Id(5)] int Cversion,
    [property: Id(6)] int Aversion,
    [property: Id(7)] SessionId EphemeralOwner,
    [property: Id(8)] int DataLength,
    [property: Id(9)] int ChildCount,
    [property: Id(10)] Zxid Pzxid);
