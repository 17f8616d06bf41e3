namespace StreamCoord.Security;

/// <summary>What an access control list protects; the numbers are Kafka's.</summary>
public enum AclResourceType
{
    /// <summary>A number that stands for nothing here.</summary>
    Unknown = 0,

    /// <summary>Any, in a filter.</summary>
    Any = 1,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A consumer group.</summary>
    Group = 3,

    /// <summary>The cluster, whose name is <see cref="AclPattern.ClusterName"/>.</summary>
    Cluster = 4,

    /// <summary>A transactional id.</summary>
    TransactionalId = 5,

    /// <summary>A delegation token.</summary>
    DelegationToken = 6,

    /// <summary>A user, whose tokens others may make.</summary>
    User = 7,
}
