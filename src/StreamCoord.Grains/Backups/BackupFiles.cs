using System.Formats.Tar;

namespace StreamCoord.Grains.Backups;

/// <summary>The files of a backup, one after another in its archive. Not safe for concurrent use.</summary>
internal sealed class BackupFiles(TarWriter archive, DateTimeOffset takenAt)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>How many bytes the files have so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Adds a file.</summary>
    public Task WriteAsync(string name, byte[] content, CancellationToken cancellationToken) => WriteAsync(name, new MemoryStream(content, writable: false), cancellationToken);

    /// <summary>Adds a file, from the stream's beginning to its end; the stream stays the caller's.</summary>
    public async Task WriteAsync(string name, MemoryStream content, CancellationToken cancellationToken)
    {
        content.Position = 0;
        WrittenBytes += content.Length;
        await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = Mode, ModificationTime = takenAt }, cancellationToken);
    }
}
