using StreamCoord.Brokers;

namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>This broker, for whoever describes it to clients. Immutable.</summary>
internal sealed class Broker(KafkaListener listener, BrokerConfigs configs) : IBroker
{
    /// <inheritdoc/>
    public NodeId NodeId => listener.NodeId;

    /// <inheritdoc/>
    public string Host => listener.Host;

    /// <inheritdoc/>
    public int Port => listener.Port;

    /// <inheritdoc/>
    public string? Rack => listener.Rack;

    /// <inheritdoc/>
    public IReadOnlyList<BrokerConfig> Configs => configs.All;
}
