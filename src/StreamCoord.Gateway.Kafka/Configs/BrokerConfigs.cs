using System.Globalization;
using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>The configurations of Kafka's brokers that have a true value here. Immutable.</summary>
internal sealed class BrokerConfigs
{
    private const string True = "true";
    private const string RackAwareSelector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    /// <summary>Gathers them from the options that stand behind them.</summary>
    public BrokerConfigs(KafkaListener listener, KafkaGatewayOptions options, KafkaTopicDefaults topics, GroupOptions groups, ILogDirectory logs)
    {
        var defaults = new KafkaGatewayOptions();
        var topicDefaults = new KafkaTopicDefaults(1, 1, AutoCreate: true);
        string host = listener.Host.Contains(':', StringComparison.Ordinal) ? $"[{listener.Host}]" : listener.Host;
        string maxMessageBytes = TopicConfigs.Find(TopicConfigs.MaxMessageBytes)!.Default;
        All =
        [
            Text("advertised.listeners", string.Create(CultureInfo.InvariantCulture, $"{options.Security.Name()}://{host}:{listener.Port}"), null, "Where clients are told to connect to."),
            new("auto.create.topics.enable", TopicConfigType.Boolean, Flag(topics.AutoCreate), Flag(topicDefaults.AutoCreate), "Whether a topic is created when a producer first asks for it."),
            Number("broker.id", listener.NodeId.Value, null, "The broker's number in the cluster."),
            .. listener.Rack is { } rack ? [Text("broker.rack", rack, null, "Where the machine stands.")] : Array.Empty<BrokerConfig>(),
            Number("connection.failed.authentication.delay.ms", options.FailedAuthenticationDelayMs, defaults.FailedAuthenticationDelayMs, "How long a client waits for the answer that has not proved who it is."),
            new("connections.max.idle.ms", TopicConfigType.Long, Plain(options.IdleMs), Plain(defaults.IdleMs), "How long a connection may send nothing."),
            new("connections.max.reauth.ms", TopicConfigType.Long, Plain(options.ReauthenticateMs), Plain(defaults.ReauthenticateMs), "How long what a client has proved holds; 0 for as long as its connection."),
            Number("default.replication.factor", topics.ReplicationFactor, topicDefaults.ReplicationFactor, "The copies of each partition of a topic that is created without a number."),
            new("delete.topic.enable", TopicConfigType.Boolean, True, True, "Whether topics can be deleted: they always can."),
            Number("fetch.max.bytes", options.FetchBytesMax, defaults.FetchBytesMax, "The most that one fetch returns, but for its first batch."),
            .. OfGroups(groups),
            Text("log.dirs", logs.Path, null, "The directory of the logs."),
            Number("max.connections", options.ConnectionsMax, defaults.ConnectionsMax, "How many connections there may be."),
            Number("max.connections.per.ip", options.ConnectionsMaxPerAddress, defaults.ConnectionsMaxPerAddress, "How many connections may come from one address."),
            Number("max.incremental.fetch.session.cache.slots", options.FetchSessionsMax, defaults.FetchSessionsMax, "How many clients may have a fetch session."),
            new("message.max.bytes", TopicConfigType.Int, maxMessageBytes, maxMessageBytes, "The largest batch accepted by a topic that does not set max.message.bytes."),
            Number("node.id", listener.NodeId.Value, null, "The broker's number in the cluster."),
            Number("num.partitions", topics.Partitions, topicDefaults.Partitions, "The partition count of a topic that is created without one."),
            .. options.ReplicaSelector == ReplicaSelector.RackAware ? [Text("replica.selector.class", RackAwareSelector, null, "Which replica consumers are told to read from.")] : Array.Empty<BrokerConfig>(),
            Text("sasl.enabled.mechanisms", options.Security.HasSasl() ? Names(options) : "", null, "How clients may prove who they are; nothing where they need not."),
            Number("sasl.server.max.receive.size", options.SaslMessageBytesMax, defaults.SaslMessageBytesMax, "The largest request of a client that has not proved who it is."),
            Number("socket.request.max.bytes", options.RequestBytesMax, defaults.RequestBytesMax, "The largest request; a larger one closes its connection."),
        ];
    }

    /// <summary>All of them, by name in ordinal order.</summary>
    public IReadOnlyList<BrokerConfig> All { get; }

    private static IEnumerable<BrokerConfig> OfGroups(GroupOptions groups)
    {
        var defaults = new GroupOptions();
        string assignors = string.Join(',', GroupOptions.ConsumerAssignors);
        return
        [
            new("group.consumer.assignors", TopicConfigType.WordList, assignors, assignors, "The assignors that members of consumer groups can ask for; the first is the default."),
            Number("group.consumer.heartbeat.interval.ms", groups.ConsumerHeartbeatIntervalMs, defaults.ConsumerHeartbeatIntervalMs, "How often members of consumer groups are to show that they live."),
            Number("group.consumer.max.heartbeat.interval.ms", groups.ConsumerHeartbeatIntervalMsMax, defaults.ConsumerHeartbeatIntervalMsMax, "The longest such interval that a group may set."),
            Number("group.consumer.max.session.timeout.ms", groups.ConsumerSessionTimeoutMsMax, defaults.ConsumerSessionTimeoutMsMax, "The longest session timeout that a consumer group may set."),
            Number("group.consumer.max.size", groups.ConsumerMembersMax, defaults.ConsumerMembersMax, "The most members of a consumer group."),
            Text("group.consumer.migration.policy", Name(groups.MigrationPolicy), Name(defaults.MigrationPolicy), "Which groups change between the protocols while they have members."),
            Number("group.consumer.min.heartbeat.interval.ms", groups.ConsumerHeartbeatIntervalMsMin, defaults.ConsumerHeartbeatIntervalMsMin, "The shortest interval of heartbeats that a group may set."),
            Number("group.consumer.min.session.timeout.ms", groups.ConsumerSessionTimeoutMsMin, defaults.ConsumerSessionTimeoutMsMin, "The shortest session timeout that a consumer group may set."),
            Number("group.consumer.session.timeout.ms", groups.ConsumerSessionTimeoutMs, defaults.ConsumerSessionTimeoutMs, "How long a member of a consumer group may be silent."),
            new("group.coordinator.rebalance.protocols", TopicConfigType.WordList, "classic,consumer", "classic,consumer", "The protocols of groups that are served."),
        ];
    }

    private static string Name(GroupMigrationPolicy policy) => policy.ToString().ToLowerInvariant();

    private static string Names(KafkaGatewayOptions options) => string.Join(',', options.SaslMechanisms.Select(mechanism => mechanism.Name()));

    private static BrokerConfig Text(string name, string value, string? @default, string documentation) => new(name, TopicConfigType.Word, value, @default, documentation);

    private static BrokerConfig Number(string name, int value, int? @default, string documentation) =>
        new(name, TopicConfigType.Int, Plain(value), @default is { } number ? Plain(number) : null, documentation);

    private static string Plain(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? True : "false";
}
