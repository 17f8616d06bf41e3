using System.Text.Json;
using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Brokers and their configurations, member by member as Confluent's proxy writes them. One per request.</summary>
internal sealed class BrokerJson(ConfluentJson json)
{
    private const string StaticBrokerConfig = "STATIC_BROKER_CONFIG";

    private string Brokers => $"{json.Self}/brokers";

    /// <summary>The list of brokers.</summary>
    public void WriteBrokers(Utf8JsonWriter writer, IReadOnlyList<LiveBroker> brokers) => ConfluentJson.WriteList(writer, "KafkaBrokerList", Brokers, () =>
    {
        foreach (LiveBroker broker in brokers)
        {
            WriteBroker(writer, broker);
        }
    });

    /// <summary>A broker.</summary>
    public void WriteBroker(Utf8JsonWriter writer, LiveBroker broker)
    {
        string self = $"{Brokers}/{broker.NodeId}";
        json.WriteStart(writer, "KafkaBroker", self, $"/broker={broker.NodeId}");
        writer.WriteNumber("broker_id", broker.NodeId.Value);
        writer.WriteString("host", broker.Host);
        writer.WriteNumber("port", broker.Port);
        writer.WriteString("rack", broker.Rack);
        ConfluentJson.WriteLink(writer, "configs", $"{self}/configs");
        ConfluentJson.WriteLink(writer, "partition_replicas", $"{self}/partition-replicas");
        writer.WriteEndObject();
    }

    /// <summary>The configurations of brokers, at the address that was asked for: one broker's, or all brokers'.</summary>
    public void WriteConfigs(Utf8JsonWriter writer, string broker, IReadOnlyList<IBroker> brokers) =>
        ConfluentJson.WriteList(writer, "KafkaBrokerConfigList", $"{Brokers}/{broker}/configs", () =>
        {
            foreach (IBroker each in brokers)
            {
                foreach (BrokerConfig config in each.Configs)
                {
                    WriteConfig(writer, each, config);
                }
            }
        });

    /// <summary>A configuration of a broker.</summary>
    public void WriteConfig(Utf8JsonWriter writer, IBroker broker, BrokerConfig config)
    {
        json.WriteStart(writer, "KafkaBrokerConfig", $"{Brokers}/{broker.NodeId}/configs/{config.Name}", $"/broker={broker.NodeId}/config={config.Name}");
        writer.WriteNumber("broker_id", broker.NodeId.Value);
        ConfluentJson.WriteSetting(writer, new ConfluentJson.Setting(
            config.Name, config.Value, config.IsDefault ? ConfluentJson.DefaultConfig : StaticBrokerConfig, IsReadOnly: true, config.Default));
        writer.WriteEndObject();
    }

    /// <summary>The configurations that all brokers share and that can be changed while they run: there are none.</summary>
    public void WriteClusterConfigs(Utf8JsonWriter writer) => ConfluentJson.WriteList(writer, "KafkaClusterConfigList", $"{json.Self}/broker-configs", static () => { });
}
