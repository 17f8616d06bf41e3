namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>Where the value of a configuration comes from; the numbers are Kafka's.</summary>
internal enum ConfigSource : sbyte
{
    /// <summary>It is set for the topic.</summary>
    Topic = 1,

    /// <summary>It is an option that the broker was started with.</summary>
    StaticBroker = 4,

    /// <summary>Nobody has set it.</summary>
    Default = 5,

    /// <summary>It is set for the group.</summary>
    Group = 8,
}
