namespace StreamCoord.Security;

/// <summary>How the name of a pattern stands for names of resources (KIP-290); the numbers are Kafka's.</summary>
public enum AclPatternType
{
    /// <summary>A number that stands for nothing here.</summary>
    Unknown = 0,

    /// <summary>Any, in a filter.</summary>
    Any = 1,

    /// <summary>Whatever applies to the resource of the name, in a filter.</summary>
    Match = 2,

    /// <summary>For the resource of that very name; <c>*</c> for all.</summary>
    Literal = 3,

    /// <summary>For all whose names begin so.</summary>
    Prefixed = 4,
}
