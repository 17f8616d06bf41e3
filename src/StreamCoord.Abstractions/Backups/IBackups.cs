namespace StreamCoord.Backups;

/// <summary>Takes backups of the whole cluster while it serves. Safe for concurrent use; the points of two backups are noted one after the other.</summary>
public interface IBackups
{
    /// <summary>
    /// Notes where everything stands at one point: whatever led to something that is in the backup is in it too, on both halves, because no partition takes records while the point is noted, which takes a moment. Nothing is
    /// copied yet.
    /// </summary>
    Task<BackupReply> BeginAsync();
}
