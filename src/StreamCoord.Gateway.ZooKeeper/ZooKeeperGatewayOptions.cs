namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>Limits and times of the ZooKeeper gateway.</summary>
public sealed class ZooKeeperGatewayOptions
{
    /// <summary><c>ZooKeeper:JuteMaxBufferBytes</c>: the largest request (ZooKeeper's <c>jute.maxbuffer</c>). A larger one closes its connection.</summary>
    public int JuteMaxBufferBytes { get; init; } = 1_048_575;

    /// <summary><c>ZooKeeper:MaxClientConnections</c>: how many connections may come from one address (ZooKeeper's <c>maxClientCnxns</c>); 0 for any number.</summary>
    /// <value>0 where ZooKeeper:Endpoint is on the loopback, where everybody has one address; else ZooKeeper's 60.</value>
    public int MaxClientConnections { get; init; } = 60;

    /// <summary>In <see cref="FourLetterWords"/>: every word.</summary>
    public const string AnyWord = "*";

    /// <summary><c>ZooKeeper:FourLetterWords</c>: which four-letter words are answered, separated by commas (ZooKeeper's <c>4lw.commands.whitelist</c>); <c>*</c> for all.</summary>
    /// <value>Those that only show numbers.</value>
    public IReadOnlySet<string> FourLetterWords { get; init; } = new HashSet<string> { "ruok", "srvr", "stat", "mntr", "conf", "isro", "envi", "cons", "wchs", "dirs" };

    /// <summary><c>ZooKeeper:SaslUsers</c>: users with their passwords, who may prove who they are by DIGEST-MD5 (the section <c>Server</c> of ZooKeeper's JAAS file). None: SASL is refused.</summary>
    public IReadOnlyDictionary<string, string> SaslUsers { get; init; } = new Dictionary<string, string>();

    /// <summary><c>ZooKeeper:KeeperExtensions</c>: whether operations of ClickHouse Keeper are served that ZooKeeper does not have, and <c>/keeper</c> tells its clients so.</summary>
    public bool KeeperExtensions { get; init; }

    /// <summary><c>ZooKeeper:ConnectMs</c>: how long a client that has connected may take to ask for its session. Milliseconds. Whoever only holds connections open loses them.</summary>
    public int ConnectMs { get; init; } = 30_000;

    /// <summary><c>ZooKeeper:OutstandingRequestsMax</c>: how many requests of a connection may be under way (ZooKeeper's <c>globalOutstandingLimit</c>, which holds for all together). Then no more are read.</summary>
    public int OutstandingRequestsMax { get; init; } = 1_000;

    /// <summary><c>ZooKeeper:OutstandingBytesMax</c>: how many bytes of a connection's requests and replies may be under way, but for a first one. Then no more are read.</summary>
    public int OutstandingBytesMax { get; init; } = 16 * 1_048_576;

    /// <summary><c>ZooKeeper:UnsentEventsMax</c>: how many events may wait for a client that does not read them; one more closes its connection. Some 10 MB by default.</summary>
    public int UnsentEventsMax { get; init; } = 100_000;
}
