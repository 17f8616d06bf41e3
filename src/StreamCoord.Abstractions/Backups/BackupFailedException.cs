namespace StreamCoord.Backups;

/// <summary>A backup could not be written to its end.</summary>
public sealed class BackupFailedException(string message) : Exception(message);
