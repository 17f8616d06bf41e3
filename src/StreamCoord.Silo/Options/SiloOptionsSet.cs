using StreamCoord.Gateway.Http;
using StreamCoord.Gateway.Kafka;
using StreamCoord.Gateway.ZooKeeper;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Log;
using StreamCoord.Security;
using StreamCoord.Topics;
using StreamCoord.Transactions;
using StreamCoord.ZNodes;

namespace StreamCoord.Silo.Options;

/// <summary>
/// Everything that can be configured. Options of other projects are only read here; their own validators, which know the ranges,
/// see them before the silo starts. Immutable.
/// </summary>
internal sealed class SiloOptionsSet
{
    public required NodeOptions Node { get; init; }

    public required ListenerOptions Listeners { get; init; }

    public required ClusterSettings Cluster { get; init; }

    public required TopicOptions Topics { get; init; }

    public required LogOptions Log { get; init; }

    public required ZNodeOptions ZNodes { get; init; }

    public required GroupOptions Groups { get; init; }

    public required TransactionOptions Transactions { get; init; }

    public required HttpGatewayOptions HttpGateway { get; init; }

    public required KafkaGatewayOptions KafkaGateway { get; init; }

    public required ZooKeeperGatewayOptions ZooKeeperGateway { get; init; }

    public required TlsSettings Tls { get; init; }

    /// <summary><c>Kafka:SaslUsers</c>: users that are there from the start, with their passwords. They may use every mechanism, and HTTP's Basic.</summary>
    public required IReadOnlyDictionary<string, string> KafkaUsers { get; init; }

    public required AuthorizationOptions Authorization { get; init; }

    /// <summary>Reads and checks all options.</summary>
    /// <exception cref="StartRefusedException">A value is wrong, or a key does not exist.</exception>
    public static SiloOptionsSet Read(IConfiguration configuration)
    {
        return Read(new SettingsReader(configuration));
    }

    /// <summary>Reads and checks all options by a reader that knows them all afterwards.</summary>
    /// <exception cref="StartRefusedException">A value is wrong, or a key does not exist.</exception>
    public static SiloOptionsSet Read(SettingsReader settings)
    {
        TlsSettings tls = TlsSettings.Read(settings);
        NodeOptions node = NodeOptions.Read(settings);
        ListenerOptions listeners = ListenerOptions.Read(settings);
        var options = new SiloOptionsSet
        {
            Node = node,
            Listeners = listeners,
            Cluster = ClusterSettings.Read(settings),
            Topics = ReadTopics(settings),
            Log = ReadLog(settings),
            ZNodes = ZNodeSettings.Read(settings),
            Groups = GroupSettings.Read(settings),
            Transactions = TransactionSettings.Read(settings),
            HttpGateway = ReadHttpGateway(settings),
            Tls = tls,
            KafkaGateway = KafkaSettings.Read(settings, tls),
            ZooKeeperGateway = ZooKeeperSettings.Read(settings, listeners.ZooKeeper),
            KafkaUsers = UserList.Read(settings, "Kafka:SaslUsers"),
            Authorization = AuthorizationSettings.Read(settings),
        };
        settings.RefuseUnknownKeys();
        settings.CheckLogLevels();
        return options;
    }

    private static TopicOptions ReadTopics(SettingsReader settings)
    {
        var defaults = new TopicOptions();
        return new TopicOptions
        {
            DefaultPartitions = settings.Number("Topics:DefaultPartitions", defaults.DefaultPartitions, 1, CreateTopicRequest.PartitionCountMax),
            DefaultReplicationFactor = (short)settings.Number("Topics:DefaultReplicationFactor", (int)defaults.DefaultReplicationFactor, 1, short.MaxValue),
            AutoCreate = settings.Flag("Topics:AutoCreate", defaults.AutoCreate),
            LeaderBalanceIntervalMs = settings.Number("Topics:LeaderBalanceIntervalMs", defaults.LeaderBalanceIntervalMs, 0, int.MaxValue),
            CatchUpBytesPerSecond = settings.Number("Topics:CatchUpBytesPerSecond", defaults.CatchUpBytesPerSecond, 0, long.MaxValue),
        };
    }

    private static LogOptions ReadLog(SettingsReader settings)
    {
        var defaults = new LogOptions();
        return new LogOptions
        {
            AppendThreads = settings.Number("Log:AppendThreads", defaults.AppendThreads, int.MinValue, int.MaxValue),
            ReadThreads = settings.Number("Log:ReadThreads", defaults.ReadThreads, int.MinValue, int.MaxValue),
            GroupBytesMax = settings.Number("Log:GroupBytesMax", defaults.GroupBytesMax, int.MinValue, int.MaxValue),
            QueuedBytesMax = settings.Number("Log:QueuedBytesMax", defaults.QueuedBytesMax, int.MinValue, int.MaxValue),
            IdleCloseMs = settings.Number("Log:IdleCloseMs", defaults.IdleCloseMs, int.MinValue, int.MaxValue),
            MaintenanceIntervalMs = settings.Number("Log:MaintenanceIntervalMs", defaults.MaintenanceIntervalMs, int.MinValue, int.MaxValue),
            MaintenanceBytesPerSecond =
                settings.Number("Log:MaintenanceBytesPerSecond", defaults.MaintenanceBytesPerSecond, long.MinValue, long.MaxValue),
            CompactionKeysMax = settings.Number("Log:CompactionKeysMax", defaults.CompactionKeysMax, int.MinValue, int.MaxValue),
            ProducerIdExpirationMs = settings.Number("Log:ProducerIdExpirationMs", defaults.ProducerIdExpirationMs, long.MinValue, long.MaxValue),
        };
    }

    private static HttpGatewayOptions ReadHttpGateway(SettingsReader settings)
    {
        var defaults = new HttpGatewayOptions();
        return new HttpGatewayOptions
        {
            RequestBodyBytesMax = settings.Number("Http:RequestBodyBytesMax", defaults.RequestBodyBytesMax, long.MinValue, long.MaxValue),
            StreamHeartbeatMs = settings.Number("Http:StreamHeartbeatMs", defaults.StreamHeartbeatMs, int.MinValue, int.MaxValue),
            StreamsMax = settings.Number("Http:StreamsMax", defaults.StreamsMax, int.MinValue, int.MaxValue),
            StreamQueuedEventsMax = settings.Number("Http:StreamQueuedEventsMax", defaults.StreamQueuedEventsMax, int.MinValue, int.MaxValue),
            ProduceBatchEntriesMax = settings.Number("Http:ProduceBatchEntriesMax", defaults.ProduceBatchEntriesMax, int.MinValue, int.MaxValue),
            ProduceWindowBytesMax = settings.Number("Http:ProduceWindowBytesMax", defaults.ProduceWindowBytesMax, long.MinValue, long.MaxValue),
            ProduceReportBytesMax = settings.Number("Http:ProduceReportBytesMax", defaults.ProduceReportBytesMax, long.MinValue, long.MaxValue),
            ProduceRecordsMax = settings.Number("Http:ProduceRecordsMax", defaults.ProduceRecordsMax, int.MinValue, int.MaxValue),
            ConsumersMax = settings.Number("Http:ConsumersMax", defaults.ConsumersMax, int.MinValue, int.MaxValue),
            ConsumerIdleMs = settings.Number("Http:ConsumerIdleMs", defaults.ConsumerIdleMs, int.MinValue, int.MaxValue),
            ConsumerPartitionsMax = settings.Number("Http:ConsumerPartitionsMax", defaults.ConsumerPartitionsMax, int.MinValue, int.MaxValue),
            ConsumerRequestTimeoutMs = settings.Number("Http:ConsumerRequestTimeoutMs", defaults.ConsumerRequestTimeoutMs, int.MinValue, int.MaxValue),
            ConsumerResponseBytesMax = settings.Number("Http:ConsumerResponseBytesMax", defaults.ConsumerResponseBytesMax, long.MinValue, long.MaxValue),
            ConsumerMemoryBytesMax = settings.Number("Http:ConsumerMemoryBytesMax", defaults.ConsumerMemoryBytesMax, long.MinValue, long.MaxValue),
        };
    }
}
