using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>A small disk of its own behind a directory, which can be filled to the last byte. Needs root. Removed with everything on it when disposed; one that a killed test run has left behind goes when the next one is made.</summary>
internal sealed class LimitedDisk : IAsyncDisposable
{
    private const int SizeMegabytes = 128;
    private const string NamePrefix = "streamcoord-disk-";
    private const string BallastName = "ballast";

    private readonly string _directory;

    private LimitedDisk(string directory) => _directory = directory;

    /// <summary>Puts one behind a directory; null, and says so, where this process may not.</summary>
    public static async Task<LimitedDisk?> TryMountAsync(string directory)
    {
        await RemoveLeftoversAsync();
        Directory.CreateDirectory(directory);
        if (await SystemTool.TryRunAsync("mount", "-t", "tmpfs", "-o", $"size={SizeMegabytes}m", $"{NamePrefix}{Environment.ProcessId}", directory) is { } problem)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"NO FULL DISK: this process may not mount a small one. {problem}");
            return null;
        }
        return new LimitedDisk(directory);
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using FileStream ballast = new(Path.Combine(_directory, BallastName), FileMode.Append);
        byte[] piece = new byte[4096];
        try
        {
            while (true)
            {
                ballast.Write(piece);
                ballast.Flush();
            }
        }
        catch (IOException)
        {
            // That was the last byte.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Path.Combine(_directory, BallastName));

    public async ValueTask DisposeAsync() => await SystemTool.RunAsync("umount", "--lazy", _directory);

    private static async Task RemoveLeftoversAsync()
    {
        foreach (string[] mount in File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).Where(mount => mount[0].StartsWith(NamePrefix, StringComparison.Ordinal)))
        {
            if (!Directory.Exists($"/proc/{mount[0][NamePrefix.Length..]}"))
            {
                await SystemTool.TryRunAsync("umount", "--lazy", mount[1]);
            }
        }
    }
}
