namespace StreamCoord.Security;

/// <summary>Whether a rule allows or denies; the numbers are Kafka's.</summary>
public enum AclEffect
{
    /// <summary>A number that stands for nothing here.</summary>
    Unknown = 0,

    /// <summary>Any, in a filter.</summary>
    Any = 1,

    /// <summary>It denies, whatever allows.</summary>
    Deny = 2,

    /// <summary>It allows.</summary>
    Allow = 3,
}
