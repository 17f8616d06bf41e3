namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>Which replica a consumer is told to read from (Kafka's <c>replica.selector.class</c>).</summary>
public enum ReplicaSelector
{
    /// <summary>The leader.</summary>
    None,

    /// <summary>One on the consumer's rack, where there is one (Kafka's <c>RackAwareReplicaSelector</c>).</summary>
    RackAware,
}
