namespace StreamCoord.ZNodes;

/// <summary>
/// What can go wrong with a request to the znode tree: ZooKeeper's names with ZooKeeper's numbers. Clients know these and no other, so
/// none is ever invented. The HTTP gateway sends the name, the ZooKeeper gateway the number.
/// </summary>
public enum ZNodeError
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>A failure of the service; its log says more.</summary>
    SystemError = -1,

    /// <summary>An operation of a multi that was not reached because an earlier one failed.</summary>
    RuntimeInconsistency = -2,

    /// <summary>The stored tree contradicts itself.</summary>
    DataInconsistency = -3,

    /// <summary>The outcome is not known: the transaction may have been carried out or not.</summary>
    ConnectionLoss = -4,

    /// <summary>A request could not be decoded, or holds what may not be in it.</summary>
    MarshallingError = -5,

    /// <summary>The operation does not exist or is switched off.</summary>
    Unimplemented = -6,

    /// <summary>The service did not answer in time; the transaction may have been carried out or not.</summary>
    OperationTimeout = -7,

    /// <summary>A path, mode, TTL or length that is not legal.</summary>
    BadArguments = -8,

    /// <summary>There is no such znode, or no parent to create it under.</summary>
    NoNode = -101,

    /// <summary>The access control list does not allow it.</summary>
    NoAuth = -102,

    /// <summary>The expected version is not the znode's.</summary>
    BadVersion = -103,

    /// <summary>An ephemeral znode cannot have children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>The znode exists already.</summary>
    NodeExists = -110,

    /// <summary>The znode has children and cannot be deleted.</summary>
    NotEmpty = -111,

    /// <summary>The session does not exist any more, or is ending.</summary>
    SessionExpired = -112,

    /// <summary>An access control list is empty, or has an entry that no scheme accepts.</summary>
    InvalidAcl = -114,

    /// <summary>The credentials are wrong, or their scheme is not known.</summary>
    AuthFailed = -115,

    /// <summary>Another connection owns the session now.</summary>
    SessionMoved = -118,

    /// <summary>The connection is read-only.</summary>
    NotReadOnly = -119,

    /// <summary>There was no such watch to remove.</summary>
    NoWatcher = -121,

    /// <summary>The service is busy and drops the request; it was not carried out.</summary>
    RequestTimeout = -122,

    /// <summary>Reconfiguration is switched off.</summary>
    ReconfigDisabled = -123,

    /// <summary>A hard limit of a quota would be exceeded.</summary>
    QuotaExceeded = -125,

    /// <summary>The request was throttled; it was not carried out.</summary>
    ThrottledOp = -127,
}
