namespace StreamCoord.ZNodes;

/// <summary>The answer to a <see cref="ZNodeOperation"/>. What an operation does not yield is null. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ZNodeReply")]
public sealed record ZNodeReply
{
    // Apart, because Orleans cannot read a nullable memory that stands in a message twice.
    [Id(5)]
    private readonly bool _hasData;

    [Id(12)]
    private readonly ReadOnlyMemory<byte> _data;

    /// <summary><see cref="ZNodeError.Ok"/> on success; of a multi the code of the operation that failed.</summary>
    [Id(0)]
    public ZNodeError Error { get; init; }

    /// <summary>What is wrong and what to do, for people; null on success.</summary>
    [Id(1)]
    public string? Message { get; init; }

    /// <summary>
    /// The transaction of a write; for a read the applied zxid at which it was answered; for a refused write the newest transaction
    /// after which it was judged.
    /// </summary>
    [Id(2)]
    public Zxid Zxid { get; init; }

    /// <summary>The path that was created.</summary>
    [Id(3)]
    public string? Path { get; init; }

    /// <summary>The Stat, after the operation.</summary>
    [Id(4)]
    public ZNodeStat? Stat { get; init; }

    /// <summary>The data read; null also for a znode whose data is null.</summary>
    public ReadOnlyMemory<byte>? Data
    {
        get => _hasData ? _data : default(ReadOnlyMemory<byte>?);
        init => (_hasData, _data) = (value.HasValue, value.GetValueOrDefault());
    }

    /// <summary>Names of children, or paths of ephemeral znodes.</summary>
    [Id(6)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The access control list.</summary>
    [Id(7)]
    public IReadOnlyList<AclEntry>? Acl { get; init; }

    /// <summary>A number of descendants.</summary>
    [Id(8)]
    public int? Count { get; init; }

    /// <summary>Who the caller is.</summary>
    [Id(9)]
    public IReadOnlyList<AuthIdentity>? Identities { get; init; }

    /// <summary>The session that was opened.</summary>
    [Id(10)]
    public SessionGrant? Session { get; init; }

    /// <summary>The results of a multi or of a multiple read, in the operations' order.</summary>
    [Id(11)]
    public IReadOnlyList<ZNodeReply>? Results { get; init; }

    /// <summary>True on success.</summary>
    public bool IsOk => Error == ZNodeError.Ok;

    /// <summary>A refusal.</summary>
    public static ZNodeReply Refused(ZNodeError error, string message, Zxid zxid = default) => new() { Error = error, Message = message, Zxid = zxid };
}

/// <summary>A session as its client gets it.</summary>
/// <param name="Session">Its id.</param>
/// <param name="Password">16 bytes that prove its ownership; the same on every silo and for as long as it lives.</param>
/// <param name="TimeoutMs">The negotiated timeout: without a sign of life for longer it expires.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.SessionGrant")]
public sealed record SessionGrant(
    [property: Id(0)] SessionId Session, [property: Id(1)] ReadOnlyMemory<byte> Password, [property: Id(2)] int TimeoutMs)
{
    /// <summary>The number of the connection that the session was opened for or has moved to, greater than all before; 0 where it did not move.</summary>
    [Id(3)]
    public long Owner { get; init; }
}
