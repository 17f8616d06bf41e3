namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>How a consumer comes to its partitions.</summary>
internal enum SubscriptionKind
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>As a member of its group, which reads topics by name.</summary>
    Topics,

    /// <summary>As a member of its group, which reads the topics whose names match a pattern.</summary>
    Pattern,

    /// <summary>It was told which; the group has no part in it.</summary>
    Assigned,
}
