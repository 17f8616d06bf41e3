namespace StreamCoord.Brokers;

/// <summary>This silo as admin clients see it: a broker of Kafka. Never changes while the silo runs. Safe for concurrent use.</summary>
public interface IBroker
{
    /// <summary>The broker's number.</summary>
    NodeId NodeId { get; }

    /// <summary>The name or address at which clients of Kafka reach it.</summary>
    string Host { get; }

    /// <summary>The port at which they do.</summary>
    int Port { get; }

    /// <summary>Where the machine stands; null when nobody has said.</summary>
    string? Rack { get; }

    /// <summary>Its configurations, by name in ordinal order.</summary>
    IReadOnlyList<BrokerConfig> Configs { get; }
}
