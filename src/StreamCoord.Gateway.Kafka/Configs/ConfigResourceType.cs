namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>What configurations belong to; the numbers are Kafka's.</summary>
internal enum ConfigResourceType : sbyte
{
    /// <summary>A topic, by name.</summary>
    Topic = 2,

    /// <summary>A broker, by number.</summary>
    Broker = 4,

    /// <summary>The log levels of a broker; there are none here.</summary>
    BrokerLogger = 8,

    /// <summary>A subscription to metrics of clients; there are none here.</summary>
    ClientMetrics = 16,

    /// <summary>A consumer group, by id, whether it exists or not.</summary>
    Group = 32,
}
