using StreamCoord.Log.Storage;

namespace StreamCoord.Silo.Data;

/// <summary>
/// Replaces small files whole: whoever reads one, also after a crash, finds the old content or the new. Not for two writers of
/// one file at a time.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes the file; it is durable under its name when this returns.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var disk = new PhysicalDisk();
        string temporary = path + ".tmp";
        using (ILogFile file = disk.Open(temporary))
        {
            file.SetLength(0);
            file.Write(content, 0);
            file.Flush();
        }
        disk.Rename(temporary, path);
        disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
