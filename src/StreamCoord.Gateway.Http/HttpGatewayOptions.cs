namespace StreamCoord.Gateway.Http;

/// <summary>Limits and times of the HTTP gateway, from the configuration section <see cref="Section"/>. A change needs a restart.</summary>
public sealed class HttpGatewayOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "StreamCoord:Http";

    /// <summary>
    /// The largest request body in bytes, but for the streamed ones (import, produce), where it is the largest single line or record.
    /// </summary>
    /// <value>16 MiB by default: sixteen times the largest batch that a topic takes by default. 1 KiB to 1 GiB.</value>
    public long RequestBodyBytesMax { get; set; } = 16 * 1024 * 1024;

    /// <summary>How often a stream without records sends a comment, in milliseconds, so that proxies keep the connection.</summary>
    /// <value>15000 by default: below the 60 s after which common proxies close an idle connection. 100 to 3600000.</value>
    public int StreamHeartbeatMs { get; set; } = 15_000;

    /// <summary>How many streams of records and watches may be open at once; more are refused with 503.</summary>
    /// <value>1000 by default: each stream of records holds a long-polling fetch per partition. 1 to 1000000.</value>
    public int StreamsMax { get; set; } = 1_000;

    /// <summary>How many events of a watch may wait for its client to read; behind them the stream ends, and the client can resume it.</summary>
    /// <value>10000 by default: a session that ends with as many znodes, and less than 1 MB. 1 to 1000000.</value>
    public int StreamQueuedEventsMax { get; set; } = 10_000;

    /// <summary>How many entries a <c>records:batch</c> request may hold.</summary>
    /// <value>1000 by default; Confluent's proxy takes 10. 1 to 100000.</value>
    public int ProduceBatchEntriesMax { get; set; } = 1_000;

    /// <summary>How many bytes of records one streamed produce request may have waiting for their acknowledgement.</summary>
    /// <value>16 MiB by default: enough to keep the disk busy, small enough for many connections. 1 KiB to 1 GiB.</value>
    public long ProduceWindowBytesMax { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How many bytes of reports one streamed produce request may leave unread. Many clients read nothing before they have sent
    /// everything; behind this limit such a client gets stuck, where one that reads is only slowed down.
    /// </summary>
    /// <value>32 MiB by default: the reports of about 150000 records. 64 KiB to 1 GiB.</value>
    public long ProduceReportBytesMax { get; set; } = 32 * 1024 * 1024;

    /// <summary>How many records a produce request of v2 may hold.</summary>
    /// <value>10000 by default: as many as one answer lists in less than 1 MB. 1 to 1000000.</value>
    public int ProduceRecordsMax { get; set; } = 10_000;

    /// <summary>How many consumers of v2 may live on this silo at once; one more is refused with 503.</summary>
    /// <value>1000 by default: each one that subscribes is a member of its group, with heartbeats of its own. 1 to 100000.</value>
    public int ConsumersMax { get; set; } = 1_000;

    /// <summary>After how long without a request a consumer of v2 is deleted, in milliseconds (Confluent's <c>consumer.instance.timeout.ms</c>).</summary>
    /// <value>300000 by default, as Confluent's proxy. 1000 to 86400000.</value>
    public int ConsumerIdleMs { get; set; } = 300_000;

    /// <summary>How many topics or partitions one request about a consumer of v2 may name.</summary>
    /// <value>10000 by default: what a consumer remembers of a partition takes about 100 bytes. 1 to 1000000.</value>
    public int ConsumerPartitionsMax { get; set; } = 10_000;

    /// <summary>How long a consumer of v2 waits for records where the request does not say, in milliseconds (Confluent's <c>consumer.request.timeout.ms</c>).</summary>
    /// <value>1000 by default, as Confluent's proxy. 0 to 30000.</value>
    public int ConsumerRequestTimeoutMs { get; set; } = 1_000;

    /// <summary>The most bytes of keys and values in one answer to a consumer of v2, but for its first record (Confluent's <c>consumer.request.max.bytes</c>).</summary>
    /// <value>16 MiB by default, where Confluent's proxy takes 64 MiB: the answer is complete in memory before it is sent. 1 KiB to 1 GiB.</value>
    public long ConsumerResponseBytesMax { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many bytes the answers that consumers of v2 are gathering may take together; a read beyond that is refused with 503.</summary>
    /// <value>256 MiB by default: sixteen of the largest answers. 1 KiB to 64 GiB.</value>
    public long ConsumerMemoryBytesMax { get; set; } = 256 * 1024 * 1024;

    /// <summary>Where this silo is reached, as host:port, for clients that must come back to it. Null for the address that the client used.</summary>
    /// <value>The option <c>Http:AdvertisedEndpoint</c> of the silo.</value>
    public string? AdvertisedEndpoint { get; set; }
}
