namespace StreamCoord.Coordination.Tree;

/// <summary>
/// What ends a znode: nothing, its session, its last child's end, or its age. One number, as ZooKeeper stores it in ephemeralOwner: 0, a session's id,
/// the smallest long for a container, or 0xff in the top byte above a TTL of 40 bits.
/// </summary>
/// <param name="Value">The stored number.</param>
internal readonly record struct NodeOwner(long Value)
{
    /// <summary>The longest TTL in milliseconds, some 34 years.</summary>
    public const long TtlMsMax = (1L << 40) - 1;

    /// <summary>A plain persistent znode.</summary>
    public static readonly NodeOwner None = new(0);

    /// <summary>A container.</summary>
    public static readonly NodeOwner Container = new(long.MinValue);

    private const long TtlMark = unchecked((long)0xff00_0000_0000_0000);

    public bool IsContainer => this == Container;

    public bool HasTtl => (Value & TtlMark) == TtlMark;

    public bool IsEphemeral => Value != 0 && !IsContainer && !HasTtl;

    /// <summary>Meaningful with <see cref="HasTtl"/>.</summary>
    public long TtlMs => Value & TtlMsMax;

    /// <summary>The session of an ephemeral znode, else none: also what clients see.</summary>
    public SessionId Session => IsEphemeral ? new SessionId(Value) : SessionId.None;

    public static NodeOwner OfSession(SessionId session) => new(session.Value);

    public static NodeOwner OfTtl(long ttlMs) => new(TtlMark | ttlMs);
}
