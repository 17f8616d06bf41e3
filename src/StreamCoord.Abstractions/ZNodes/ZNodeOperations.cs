namespace StreamCoord.ZNodes;

/// <summary>The kinds of znode (ZooKeeper's CreateMode, with its flags).</summary>
public enum CreateMode
{
    /// <summary>Stays until it is deleted.</summary>
    Persistent = 0,

    /// <summary>Ends with its session; has no children.</summary>
    Ephemeral = 1,

    /// <summary>Persistent, with the parent's counter behind its name.</summary>
    PersistentSequential = 2,

    /// <summary>Ephemeral, with the parent's counter behind its name.</summary>
    EphemeralSequential = 3,

    /// <summary>Deleted some time after its last child was.</summary>
    Container = 4,

    /// <summary>Deleted when it has no children and its data was not set for its TTL.</summary>
    PersistentWithTtl = 5,

    /// <summary>As <see cref="PersistentWithTtl"/>, with the parent's counter behind its name.</summary>
    PersistentSequentialWithTtl = 6,
}

/// <summary>A request to the tree. Immutable; what it holds must not change until the reply is there.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ZNodeOperation")]
public abstract record ZNodeOperation;

/// <summary>A request that changes the tree: it goes to the sequencer and takes a zxid when it succeeds.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.WriteOperation")]
public abstract record WriteOperation : ZNodeOperation
{
    /// <summary>As <c>version</c> expected: any will do.</summary>
    public const int AnyVersion = -1;
}

/// <summary>A request that is answered by the silo it reaches, at the silo's applied zxid.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ReadOperation")]
public abstract record ReadOperation : ZNodeOperation;

/// <summary>Creates a znode. The reply has its path and Stat.</summary>
/// <param name="Path">The path; a sequential mode appends ten digits.</param>
/// <param name="Data">The data; null is not the same as empty.</param>
/// <param name="Acl">Its access control list; not inherited by anything.</param>
/// <param name="Mode">Its kind.</param>
/// <param name="TtlMs">For the two TTL modes: 1 to 2^40 - 1 milliseconds; else 0.</param>
/// <param name="MayExist">Whether a znode that is there already is as good: it stays as it is, and the reply has its path alone. Not for sequential modes.</param>
[GenerateSerializer(IncludePrimaryConstructorParameters = false), Immutable, Alias("StreamCoord.CreateOperation")]
public sealed record CreateOperation(
    [property: Id(0)] string Path,
    ReadOnlyMemory<byte>? Data,
    [property: Id(2)] IReadOnlyList<AclEntry> Acl,
    [property: Id(3)] CreateMode Mode = CreateMode.Persistent,
    [property: Id(4)] long TtlMs = 0,
    [property: Id(6)] bool MayExist = false) : WriteOperation
{
    // Apart, because Orleans cannot read a nullable memory that stands in a message twice.
    [Id(1)]
    private readonly bool _hasData = Data.HasValue;

    [Id(5)]
    private readonly ReadOnlyMemory<byte> _data = Data.GetValueOrDefault();

    /// <summary>The data; null is not the same as empty.</summary>
    public ReadOnlyMemory<byte>? Data => _hasData ? _data : default(ReadOnlyMemory<byte>?);
}

/// <summary>Deletes a znode without children.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.DeleteOperation")]
public sealed record DeleteOperation(
    [property: Id(0)] string Path, [property: Id(1)] int ExpectedVersion = WriteOperation.AnyVersion) : WriteOperation;

/// <summary>Sets a znode's data. The reply has its Stat.</summary>
[GenerateSerializer(IncludePrimaryConstructorParameters = false), Immutable, Alias("StreamCoord.SetDataOperation")]
public sealed record SetDataOperation(
    [property: Id(0)] string Path,
    ReadOnlyMemory<byte>? Data,
    [property: Id(2)] int ExpectedVersion = WriteOperation.AnyVersion) : WriteOperation
{
    // Apart, because Orleans cannot read a nullable memory that stands in a message twice.
    [Id(1)]
    private readonly bool _hasData = Data.HasValue;

    [Id(3)]
    private readonly ReadOnlyMemory<byte> _data = Data.GetValueOrDefault();

    /// <summary>The data; null is not the same as empty.</summary>
    public ReadOnlyMemory<byte>? Data => _hasData ? _data : default(ReadOnlyMemory<byte>?);
}

/// <summary>Sets a znode's access control list. The reply has its Stat.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.SetAclOperation")]
public sealed record SetAclOperation(
    [property: Id(0)] string Path,
    [property: Id(1)] IReadOnlyList<AclEntry> Acl,
    [property: Id(2)] int ExpectedVersion = WriteOperation.AnyVersion) : WriteOperation;

/// <summary>Succeeds when a znode exists and has the version. Only within a multi.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.CheckOperation")]
public sealed record CheckOperation(
    [property: Id(0)] string Path, [property: Id(1)] int ExpectedVersion = WriteOperation.AnyVersion) : WriteOperation;

/// <summary>Succeeds when a znode does not exist, or has another version than this one. Only within a multi.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.CheckMissingOperation")]
public sealed record CheckMissingOperation(
    [property: Id(0)] string Path, [property: Id(1)] int RefusedVersion = WriteOperation.AnyVersion) : WriteOperation;

/// <summary>Deletes a znode with everything below it, all under one zxid; NotEmpty when that is too much.</summary>
/// <param name="Path">The znode.</param>
/// <param name="NodesMax">How many znodes it may be; in any case no more than a multi may hold, together with the other trees of the same multi.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.DeleteTreeOperation")]
public sealed record DeleteTreeOperation([property: Id(0)] string Path, [property: Id(1)] long NodesMax) : WriteOperation;

/// <summary>
/// Carries out all operations under one zxid, or none. Allowed are create, delete, set data and the checks. The reply's results stand in the
/// operations' order; of a failed multi the ones before the failure are Ok, those after it RuntimeInconsistency.
/// </summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.MultiOperation")]
public sealed record MultiOperation([property: Id(0)] IReadOnlyList<WriteOperation> Operations) : WriteOperation;

/// <summary>Opens a session. The reply has its id, password and negotiated timeout.</summary>
/// <param name="TimeoutMs">What the client asks for; it gets it within 2 to 20 ticks.</param>
/// <param name="Node">The node that the client is connected to.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.OpenSessionOperation")]
public sealed record OpenSessionOperation([property: Id(0)] int TimeoutMs, [property: Id(1)] NodeId Node) : WriteOperation;

/// <summary>Ends a session and deletes its ephemeral znodes, all under one zxid.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.CloseSessionOperation")]
public sealed record CloseSessionOperation([property: Id(0)] SessionId Session) : WriteOperation;

/// <summary>A znode's Stat.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.ExistsOperation")]
public sealed record ExistsOperation([property: Id(0)] string Path) : ReadOperation;

/// <summary>A znode's data and Stat.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.GetDataOperation")]
public sealed record GetDataOperation([property: Id(0)] string Path) : ReadOperation;

/// <summary>Which children are asked for.</summary>
public enum ChildFilter
{
    /// <summary>All of them.</summary>
    All = 0,

    /// <summary>Those that do not end with a session.</summary>
    Lasting = 1,

    /// <summary>Those that do.</summary>
    Ephemeral = 2,
}

/// <summary>The names of a znode's children, in no particular order, and its Stat.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.GetChildrenOperation")]
public sealed record GetChildrenOperation([property: Id(0)] string Path, [property: Id(1)] ChildFilter Filter = ChildFilter.All) : ReadOperation;

/// <summary>A znode's access control list and Stat. Without Admin on it the digests in it are masked.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.GetAclOperation")]
public sealed record GetAclOperation([property: Id(0)] string Path) : ReadOperation;

/// <summary>How many descendants a znode has.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.CountDescendantsOperation")]
public sealed record CountDescendantsOperation([property: Id(0)] string Path) : ReadOperation;

/// <summary>The paths of the caller's own ephemeral znodes that begin with a prefix.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.GetEphemeralsOperation")]
public sealed record GetEphemeralsOperation([property: Id(0)] string PathPrefix) : ReadOperation;

/// <summary>
/// Several reads (exists, get data, get children), answered at one zxid. Each has its own result; one that fails leaves the others alone.
/// </summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.MultiReadOperation")]
public sealed record MultiReadOperation([property: Id(0)] IReadOnlyList<ReadOperation> Operations) : ReadOperation;

/// <summary>Who the caller is.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.WhoAmIOperation")]
public sealed record WhoAmIOperation : ReadOperation;
