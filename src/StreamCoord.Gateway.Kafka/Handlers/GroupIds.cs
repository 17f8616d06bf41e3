namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Which names groups may have.</summary>
internal static class GroupIds
{
    /// <summary>The error for a name that no group can have; null for every other.</summary>
    public static ErrorCode? Check(string groupId) => groupId.Length == 0 ? ErrorCode.InvalidGroupId : null;
}
