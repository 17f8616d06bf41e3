namespace StreamCoord.Groups;

/// <summary>Which groups change between the two protocols while they have members. The names, in lower case, are those of Kafka's <c>group.consumer.migration.policy</c>.</summary>
public enum GroupMigrationPolicy
{
    /// <summary>None: members of the other kind come when the group is empty.</summary>
    Disabled = 0,

    /// <summary>A classic group becomes a consumer group by its first member that speaks the protocol of KIP-848.</summary>
    Upgrade = 1,

    /// <summary>A consumer group becomes a classic one when its last member that speaks the protocol of KIP-848 is gone.</summary>
    Downgrade = 2,

    /// <summary>Either way.</summary>
    Bidirectional = 3,
}
