using Microsoft.Extensions.Logging;

namespace StreamCoord.Client;

/// <summary>What this library logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Information, "Member of group {Group} in epoch {Epoch}, with {Partitions} partitions.")]
    public static partial void Assigned(ILogger logger, string group, int epoch, int partitions);

    [LoggerMessage(2, LogLevel.Warning, "Group {Group} does not know this member any more, which joins anew: {Reason}")]
    public static partial void MemberForgotten(ILogger logger, string group, string? reason);

    [LoggerMessage(3, LogLevel.Debug, "A heartbeat to group {Group} had no answer and is sent again: {Reason}")]
    public static partial void HeartbeatFailed(ILogger logger, string group, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Offsets of group {Group} could not be committed: {Reason}")]
    public static partial void CommitFailed(ILogger logger, string group, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The member of group {Group} could not tell that it leaves: {Reason}")]
    public static partial void LeavingFailed(ILogger logger, string group, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The partitions that group {Group} has assigned cannot be begun with now: {Reason}")]
    public static partial void MoveFailed(ILogger logger, string group, string reason);

    [LoggerMessage(7, LogLevel.Warning, "No silo answers at {Gateways}; trying again: {Reason}")]
    public static partial void NotConnected(ILogger logger, string gateways, string reason);

    [LoggerMessage(8, LogLevel.Warning, "A watcher of {Path} has failed.")]
    public static partial void WatcherFailed(ILogger logger, string path, Exception failure);

    [LoggerMessage(9, LogLevel.Information, "Session {Session} goes on with another connection.")]
    public static partial void SessionMoved(ILogger logger, SessionId session);

    [LoggerMessage(10, LogLevel.Warning, "Session {Session} is over: {Reason}")]
    public static partial void SessionLost(ILogger logger, SessionId session, string reason);
}
