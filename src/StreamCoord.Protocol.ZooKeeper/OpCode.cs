namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>What a request asks for: ZooKeeper's numbers, complete for 3.9, and those of ClickHouse Keeper that are served.</summary>
public enum OpCode
{
    /// <summary>A watch that has fired; never a request.</summary>
    Notification = 0,

    /// <summary>Creates a znode.</summary>
    Create = 1,

    /// <summary>Deletes a znode.</summary>
    Delete = 2,

    /// <summary>A znode's Stat.</summary>
    Exists = 3,

    /// <summary>A znode's data.</summary>
    GetData = 4,

    /// <summary>Sets a znode's data.</summary>
    SetData = 5,

    /// <summary>A znode's access control list.</summary>
    GetAcl = 6,

    /// <summary>Sets a znode's access control list.</summary>
    SetAcl = 7,

    /// <summary>The names of a znode's children.</summary>
    GetChildren = 8,

    /// <summary>A read barrier.</summary>
    Sync = 9,

    /// <summary>A sign of life.</summary>
    Ping = 11,

    /// <summary>The names of a znode's children and its Stat.</summary>
    GetChildren2 = 12,

    /// <summary>Compares a version; within a multi only.</summary>
    Check = 13,

    /// <summary>Several writes under one zxid, or none.</summary>
    Multi = 14,

    /// <summary>Creates a znode and answers its Stat.</summary>
    Create2 = 15,

    /// <summary>Asks for another set of servers.</summary>
    Reconfig = 16,

    /// <summary>Whether the connection has a watch.</summary>
    CheckWatches = 17,

    /// <summary>Removes watches.</summary>
    RemoveWatches = 18,

    /// <summary>Creates a container.</summary>
    CreateContainer = 19,

    /// <summary>Between servers only.</summary>
    DeleteContainer = 20,

    /// <summary>Creates a TTL znode.</summary>
    CreateTtl = 21,

    /// <summary>Several reads.</summary>
    MultiRead = 22,

    /// <summary>Proves who the client is.</summary>
    Auth = 100,

    /// <summary>Watches of a lost connection.</summary>
    SetWatches = 101,

    /// <summary>A step of a SASL exchange.</summary>
    Sasl = 102,

    /// <summary>The session's ephemeral znodes.</summary>
    GetEphemerals = 103,

    /// <summary>How many descendants a znode has.</summary>
    GetAllChildrenNumber = 104,

    /// <summary>Watches of a lost connection, persistent ones too.</summary>
    SetWatches2 = 105,

    /// <summary>Arms a persistent watch.</summary>
    AddWatch = 106,

    /// <summary>Who the client is.</summary>
    WhoAmI = 107,

    /// <summary>Of ClickHouse Keeper: the children of one kind.</summary>
    FilteredList = 500,

    /// <summary>Of ClickHouse Keeper: that a znode does not exist; within a multi only.</summary>
    CheckNotExists = 501,

    /// <summary>Of ClickHouse Keeper: creates a znode unless it is there.</summary>
    CreateIfNotExists = 502,

    /// <summary>Of ClickHouse Keeper: deletes a znode with everything below it.</summary>
    RemoveRecursive = 503,

    /// <summary>Between servers only.</summary>
    CreateSession = -10,

    /// <summary>Ends the session.</summary>
    CloseSession = -11,

    /// <summary>Marks an error among the results of a multi, and its end; never a request.</summary>
    Error = -1,
}
