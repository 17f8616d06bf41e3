namespace StreamCoord.Coordination.Tree;

/// <summary>The kinds of record in <c>__znodes</c>: the first character of the key. A colon and the rest of the key follow.</summary>
internal enum TreeRecordKind : byte
{
    /// <summary><c>d:path</c>: data, access control list and Stat of a znode.</summary>
    Node = (byte)'d',

    /// <summary><c>a:path</c>: an access control list that was set later, so that setting it need not write the data again.</summary>
    Acl = (byte)'a',

    /// <summary><c>c:path</c>: what a znode remembers of its children.</summary>
    Counters = (byte)'c',

    /// <summary><c>s:id</c>: a session.</summary>
    Session = (byte)'s',

    /// <summary><c>z:</c>: the zxid of the transaction, the first record of each batch.</summary>
    Zxid = (byte)'z',

    /// <summary><c>k:</c>: the key that session passwords are made with.</summary>
    Secret = (byte)'k',
}
