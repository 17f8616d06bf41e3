using Microsoft.Extensions.Logging;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>What consumers of v2 say in the log. Event ids 5210 to 5219.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(EventId = 5210, Level = LogLevel.Debug, Message = "Consumer {Consumer} is a member of generation {Generation} of the group {Group}, with {Count} partitions.")]
    public static partial void Joined(this ILogger logger, string consumer, string group, int generation, int count);

    [LoggerMessage(EventId = 5211, Level = LogLevel.Warning, Message = "Consumer {Consumer} is not a member of the group {Group} now and tries again: {Reason}")]
    public static partial void MembershipFailed(this ILogger logger, string consumer, string group, string reason);

    [LoggerMessage(EventId = 5212, Level = LogLevel.Information, Message = "Consumer {Consumer} could not leave the group {Group}, which notices when its session is over: {Reason}")]
    public static partial void LeavingFailed(this ILogger logger, string consumer, string group, string reason);

    [LoggerMessage(EventId = 5213, Level = LogLevel.Information, Message = "Consumer {Consumer} of the group {Group} was idle for too long and is deleted.")]
    public static partial void Expired(this ILogger logger, string consumer, string group);

    [LoggerMessage(EventId = 5214, Level = LogLevel.Error, Message = "Consumer {Consumer} of the group {Group} failed.")]
    public static partial void Failed(this ILogger logger, Exception exception, string consumer, string group);
}
