namespace StreamCoord.Backups;

/// <summary>A backup, or why there is none. Immutable.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/>; <see cref="ErrorCode.ConcurrentTransactions"/> while the point of another one is noted; <see cref="ErrorCode.LeaderNotAvailable"/> when not everything could be reached.</param>
/// <param name="Message">Why; null without an error.</param>
/// <param name="Backup">The backup, which the caller disposes; null with an error.</param>
public sealed record BackupReply(ErrorCode Error, string? Message, IBackup? Backup);
