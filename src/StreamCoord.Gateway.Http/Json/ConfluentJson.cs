using System.Globalization;
using System.Text.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>
/// The resources of Confluent's REST Proxy v3, member by member as it writes them. One per request: it knows the address that the
/// client used, which is what the links begin with.
/// </summary>
internal sealed class ConfluentJson(HttpRequest request, ClusterIdentity cluster)
{
    private readonly string _clusters = $"{request.Scheme}://{request.Host}{request.PathBase}/v3/clusters";

    /// <summary>The address of the cluster.</summary>
    public string Self => $"{_clusters}/{cluster.ClusterId}";

    /// <summary>The address of a topic.</summary>
    public string TopicUrl(string topic) => $"{Self}/topics/{topic}";

    /// <summary>The list of clusters: this one.</summary>
    public void WriteClusters(Utf8JsonWriter writer, NodeId controller) => WriteList(writer, "KafkaClusterList", _clusters, () => WriteCluster(writer, controller));

    /// <summary>The cluster.</summary>
    public void WriteCluster(Utf8JsonWriter writer, NodeId controller)
    {
        WriteStart(writer, "KafkaCluster", Self, "");
        WriteLink(writer, "controller", $"{Self}/brokers/{controller}");
        WriteLink(writer, "acls", $"{Self}/acls");
        WriteLink(writer, "brokers", $"{Self}/brokers");
        WriteLink(writer, "broker_configs", $"{Self}/broker-configs");
        WriteLink(writer, "consumer_groups", $"{Self}/consumer-groups");
        WriteLink(writer, "topics", $"{Self}/topics");
        WriteLink(writer, "partition_reassignments", $"{Self}/topics/-/partitions/-/reassignment");
        writer.WriteEndObject();
    }

    /// <summary>The list of topics.</summary>
    public void WriteTopics(Utf8JsonWriter writer, IReadOnlyList<TopicDescription> topics) =>
        WriteList(writer, "KafkaTopicList", $"{Self}/topics", () =>
        {
            foreach (TopicDescription topic in topics)
            {
                WriteTopic(writer, topic);
            }
        });

    /// <summary>A topic.</summary>
    public void WriteTopic(Utf8JsonWriter writer, TopicDescription topic)
    {
        string self = TopicUrl(topic.Name);
        WriteStart(writer, "KafkaTopic", self, $"/topic={topic.Name}");
        writer.WriteString("topic_name", topic.Name);
        writer.WriteBoolean("is_internal", TopicName.IsInternal(topic.Name));
        writer.WriteNumber("replication_factor", topic.ReplicationFactor);
        writer.WriteNumber("partitions_count", topic.Partitions.Count);
        WriteLink(writer, "partitions", $"{self}/partitions");
        WriteLink(writer, "configs", $"{self}/configs");
        WriteLink(writer, "partition_reassignments", $"{self}/partitions/-/reassignment");
        writer.WriteStartArray("authorized_operations");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The partitions of a topic.</summary>
    public void WritePartitions(Utf8JsonWriter writer, TopicDescription topic) =>
        WriteList(writer, "KafkaPartitionList", $"{TopicUrl(topic.Name)}/partitions", () =>
        {
            foreach (PartitionAssignment partition in topic.Partitions)
            {
                WritePartition(writer, topic, partition);
            }
        });

    /// <summary>A partition of a topic.</summary>
    public void WritePartition(Utf8JsonWriter writer, TopicDescription topic, PartitionAssignment partition)
    {
        string number = partition.Partition.ToString(CultureInfo.InvariantCulture);
        string self = $"{TopicUrl(topic.Name)}/partitions/{number}";
        WriteStart(writer, "KafkaPartition", self, $"/topic={topic.Name}/partition={number}");
        writer.WriteString("topic_name", topic.Name);
        writer.WriteNumber("partition_id", partition.Partition);
        WriteLink(writer, "leader", $"{self}/replicas/{partition.Leader}");
        WriteLink(writer, "replicas", $"{self}/replicas");
        WriteLink(writer, "reassignment", $"{self}/reassignment");
        writer.WriteEndObject();
    }

    /// <summary>Every configuration of a topic, set or not.</summary>
    public void WriteConfigs(Utf8JsonWriter writer, TopicDescription topic) =>
        WriteList(writer, "KafkaTopicConfigList", $"{TopicUrl(topic.Name)}/configs", () =>
        {
            foreach (TopicConfigDefinition definition in TopicConfigs.All)
            {
                WriteConfig(writer, topic, definition);
            }
        });

    /// <summary>Every configuration of all topics.</summary>
    public void WriteAllConfigs(Utf8JsonWriter writer, IReadOnlyList<TopicDescription> topics) =>
        WriteList(writer, "KafkaTopicConfigList", $"{Self}/topics/-/configs", () =>
        {
            foreach (TopicDescription topic in topics)
            {
                foreach (TopicConfigDefinition definition in TopicConfigs.All)
                {
                    WriteConfig(writer, topic, definition);
                }
            }
        });

    /// <summary>One configuration of a topic.</summary>
    public void WriteConfig(Utf8JsonWriter writer, TopicDescription topic, TopicConfigDefinition definition)
    {
        bool isSet = topic.Configs.TryGetValue(definition.Name, out string? value);
        WriteStart(writer, "KafkaTopicConfig", $"{TopicUrl(topic.Name)}/configs/{definition.Name}", $"/topic={topic.Name}/config={definition.Name}");
        writer.WriteString("topic_name", topic.Name);
        WriteSetting(writer, new Setting(definition.Name, isSet ? value! : definition.Default, isSet ? DynamicTopicConfig : DefaultConfig, IsReadOnly: false, definition.Default));
        writer.WriteEndObject();
    }

    /// <summary>What every kind of configuration has, with what its value would be if it were not set.</summary>
    public static void WriteSetting(Utf8JsonWriter writer, Setting setting)
    {
        bool isDefault = setting.Source == DefaultConfig;
        writer.WriteString("name", setting.Name);
        writer.WriteString("value", setting.Value);
        writer.WriteBoolean("is_default", isDefault);
        writer.WriteBoolean("is_read_only", setting.IsReadOnly);
        writer.WriteBoolean("is_sensitive", false);
        writer.WriteString("source", setting.Source);
        writer.WriteStartArray("synonyms");
        if (!isDefault)
        {
            WriteSynonym(writer, setting.Name, setting.Value, setting.Source);
        }
        if (setting.Default is { } @default)
        {
            WriteSynonym(writer, setting.Name, @default, DefaultConfig);
        }
        writer.WriteEndArray();
    }

    /// <summary>One configuration of whatever has some.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Source">Kafka's word for where the value comes from.</param>
    /// <param name="IsReadOnly">Whether nobody can change it.</param>
    /// <param name="Default">What its value would be if it were not set; null when it always is.</param>
    public sealed record Setting(string Name, string Value, string Source, bool IsReadOnly, string? Default);

    private const string DynamicTopicConfig = "DYNAMIC_TOPIC_CONFIG";
    /// <summary>Kafka's word for a value that nobody has set.</summary>
    public const string DefaultConfig = "DEFAULT_CONFIG";

    private static void WriteSynonym(Utf8JsonWriter writer, string name, string value, string source)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("value", value);
        writer.WriteString("source", source);
        writer.WriteEndObject();
    }

    /// <summary>What every resource begins with; its object stays open.</summary>
    public void WriteStart(Utf8JsonWriter writer, string kind, string self, string resourcePath)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteStartObject("metadata");
        writer.WriteString("self", self);
        writer.WriteString("resource_name", $"crn:///kafka={cluster.ClusterId}{resourcePath}");
        writer.WriteEndObject();
        writer.WriteString("cluster_id", cluster.ClusterId);
    }

    /// <summary>A list of resources, whole.</summary>
    public static void WriteList(Utf8JsonWriter writer, string kind, string self, Action writeEntries)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteStartObject("metadata");
        writer.WriteString("self", self);
        writer.WriteNull("next");
        writer.WriteEndObject();
        writer.WriteStartArray("data");
        writeEntries();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A link to another resource.</summary>
    public static void WriteLink(Utf8JsonWriter writer, string name, string url)
    {
        writer.WriteStartObject(name);
        writer.WriteString("related", url);
        writer.WriteEndObject();
    }
}
