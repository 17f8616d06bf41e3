namespace StreamCoord.ZNodes;

/// <summary>What holds for the znode tree. Sections <c>StreamCoord:ZNodes</c> and <c>StreamCoord:ZooKeeper</c>. A change needs a restart.</summary>
public sealed class ZNodeOptions
{
    /// <summary>The unit of session timeouts: a session's timeout lies between 2 and 20 of them. Milliseconds.</summary>
    /// <value>2,000, as in ZooKeeper's sample configuration. 10 to 3,600,000.</value>
    public int TickTimeMs { get; set; } = 2_000;

    /// <summary>How often containers and TTL nodes are looked for that are to be deleted. Milliseconds.</summary>
    /// <value>60,000, ZooKeeper's <c>znode.container.checkIntervalMs</c>. 10 or more.</value>
    public int ContainerCheckMs { get; set; } = 60_000;

    /// <summary>The digest user whom no access control list stops, as <c>user:base64(sha1(user:password))</c>; null for none.</summary>
    public string? SuperDigest { get; set; }

    /// <summary>The most bytes of a znode's data.</summary>
    /// <value>1,048,576: the limit that ZooKeeper users know. 1 to 67,108,864.</value>
    public int DataBytesMax { get; set; } = 1_048_576;

    /// <summary>The most operations of a multi.</summary>
    /// <value>10,000: more than any client's 1 MiB request holds in practice. 1 to 1,000,000.</value>
    public int MultiOperationsMax { get; set; } = 10_000;

    /// <summary>The most bytes of paths and data in a multi.</summary>
    /// <value>4,194,304. 1 to 268,435,456.</value>
    public int MultiBytesMax { get; set; } = 4 * 1_048_576;

    /// <summary>Whether hard limits of quotas are enforced; soft ones only log.</summary>
    /// <value>false, ZooKeeper's <c>enforceQuota</c>.</value>
    public bool EnforceQuota { get; set; }

    /// <summary>Whether the topic <c>__znodes</c> may be read by anybody who may read topics.</summary>
    /// <value>false: it shows data whatever the access control lists say.</value>
    public bool TopicReadable { get; set; }

    /// <summary>How long every single change stays in the topic, for readers of the topic and for watch streams that resume. Milliseconds.</summary>
    /// <value>86,400,000, a day. 0 or more.</value>
    public long HistoryMs { get; set; } = 86_400_000;

    /// <summary>How many bytes the log grows between two checkpoints of the tree: that much is read again at a start.</summary>
    /// <value>67,108,864, a fraction of a second. 65,536 or more.</value>
    public long CheckpointBytes { get; set; } = 64 * 1_048_576;

    /// <summary>The shortest session timeout.</summary>
    public int SessionTimeoutMsMin => 2 * TickTimeMs;

    /// <summary>The longest session timeout.</summary>
    public int SessionTimeoutMsMax => 20 * TickTimeMs;
}
