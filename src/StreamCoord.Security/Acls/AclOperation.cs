namespace StreamCoord.Security;

/// <summary>What may be done with a resource; the numbers are Kafka's.</summary>
public enum AclOperation
{
    /// <summary>A number that stands for nothing here.</summary>
    Unknown = 0,

    /// <summary>Any, in a filter.</summary>
    Any = 1,

    /// <summary>Everything.</summary>
    All = 2,

    /// <summary>Read records, or be a member of a group.</summary>
    Read = 3,

    /// <summary>Write records.</summary>
    Write = 4,

    /// <summary>Create topics.</summary>
    Create = 5,

    /// <summary>Delete it.</summary>
    Delete = 6,

    /// <summary>Change it.</summary>
    Alter = 7,

    /// <summary>See that it exists.</summary>
    Describe = 8,

    /// <summary>Do what brokers do among each other.</summary>
    ClusterAction = 9,

    /// <summary>See its configurations.</summary>
    DescribeConfigs = 10,

    /// <summary>Change its configurations.</summary>
    AlterConfigs = 11,

    /// <summary>Have a producer id (KIP-98).</summary>
    IdempotentWrite = 12,

    /// <summary>Make tokens for a user.</summary>
    CreateTokens = 13,

    /// <summary>See tokens of a user.</summary>
    DescribeTokens = 14,
}
