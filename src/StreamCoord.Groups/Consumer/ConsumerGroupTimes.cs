namespace StreamCoord.Groups.Consumer;

/// <summary>The times of one consumer group, which are the options' where the group has no configuration of its own.</summary>
/// <param name="SessionTimeoutMs">How long a member may be silent.</param>
/// <param name="HeartbeatIntervalMs">How often it is to show that it lives.</param>
public readonly record struct ConsumerGroupTimes(int SessionTimeoutMs, int HeartbeatIntervalMs);
