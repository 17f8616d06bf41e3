using System.Globalization;

namespace StreamCoord.Silo.Data;

/// <summary>
/// Keeps a data directory to one process. Owns the locked file <c>lock</c>; the operating system lifts the lock when the process
/// ends, however it ends. Beside it, <c>lock-holder</c> says who that is, for others to read.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    public const string FileName = "lock";
    public const string HolderFileName = "lock-holder";

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StartRefusedException">Another process has it.</exception>
    public static DirectoryLock Take(string directory, TimeProvider time)
    {
        string holder = Path.Combine(directory, HolderFileName);
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(directory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            string who = File.Exists(holder) ? File.ReadAllText(holder).Trim() : "another process";
            throw new StartRefusedException(
                $"The data directory '{directory}' is in use by {who}. Stop that process, or set StreamCoord:DataDirectory to a directory of this silo's own.");
        }
        File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, started {time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}\n"));
        return new DirectoryLock(file);
    }

    public void Dispose() => _file.Dispose();
}
