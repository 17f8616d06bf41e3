namespace StreamCoord.Backups;

/// <summary>
/// A backup whose point is noted, and whose data is still where it was. Until it is disposed nothing of it is cleaned up by retention or compaction. Used by one caller at a time.
/// </summary>
public interface IBackup : IAsyncDisposable
{
    /// <summary>The last transaction of the znode tree that is in it.</summary>
    Zxid Zxid { get; }

    /// <summary>
    /// Writes everything, as a tar archive of a data directory that a silo can be started on. Its last file is the list of what is in it, so that one that was cut off is not taken for whole.
    /// </summary>
    /// <exception cref="BackupFailedException">Something could not be read. What was written is of no use.</exception>
    Task WriteAsync(Stream output, CancellationToken cancellationToken);
}
