using StreamCoord.Partitions;

namespace StreamCoord.Log.Storage;

/// <summary>
/// The few things a log does with a file system. One implementation is the operating system's
/// (<see cref="PhysicalDisk"/>); the tests put a simulated one in its place that fails and forgets on purpose.
/// </summary>
/// <remarks>
/// All calls block, so they are made on the threads of <see cref="LogIo"/> only. Safe for concurrent use on different
/// paths. Failures are <see cref="IOException"/>; a full disk is recognised by <see cref="DiskErrors.IsFull"/>.
/// </remarks>
public interface ILogDisk
{
    /// <summary>Opens a file for reading and writing, and creates it when it is not there.</summary>
    ILogFile Open(string path);

    /// <summary>Opens a file for reading only; <see cref="FileNotFoundException"/> when it is not there.</summary>
    ILogFile OpenRead(string path);

    /// <summary>True when the file is there.</summary>
    bool Exists(string path);

    /// <summary>Puts a file in the place of another, or of none, in one step that a crash cannot split.</summary>
    void Rename(string path, string newPath);

    /// <summary>Deletes a file; no error when it is not there. Files open elsewhere stay readable there.</summary>
    void Delete(string path);

    /// <summary>Creates a directory with its parents; no error when it is there. Durable when this returns.</summary>
    void CreateDirectory(string path);

    /// <summary>Deletes a directory with all that is in it; no error when it is not there.</summary>
    void DeleteDirectory(string path);

    /// <summary>Makes the names in a directory durable: files created, renamed and deleted before survive a power failure.</summary>
    void FlushDirectory(string path);

    /// <summary>The names and sizes of the files in a directory, in no order; empty when it is not there.</summary>
    IReadOnlyList<DiskEntry> List(string path);

    /// <summary>The size of the volume on which a directory that exists lies.</summary>
    VolumeSize MeasureVolume(string path);
}

/// <summary>A file in a directory.</summary>
/// <param name="Name">Without the directory.</param>
/// <param name="SizeBytes">Its length.</param>
public readonly record struct DiskEntry(string Name, long SizeBytes);
