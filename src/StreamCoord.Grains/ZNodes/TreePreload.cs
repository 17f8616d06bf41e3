using StreamCoord.Coordination.Tree;
using StreamCoord.Log.Storage;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Reads the newest checkpoint of the tree while the silo is still being put together, which keeps one processor busy for most of a start. Only saves time: what it could not
/// read is read again, and complained about, in its place of the start.
/// </summary>
/// <remarks>Owns the tree that it reads until somebody takes it, once.</remarks>
public sealed class TreePreload
{
    private Task<ZNodeTree?> _reading;

    private TreePreload(Task<ZNodeTree?> reading) => _reading = reading;

    /// <summary>Reads nothing.</summary>
    public static TreePreload None => new(Task.FromResult<ZNodeTree?>(null));

    /// <summary>Begins to read. The caller holds the data directory's lock.</summary>
    public static TreePreload Begin(string dataDirectory) => new(
        Task.Factory.StartNew(() => TryRead(ZNodePlace.In(dataDirectory)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    /// <summary>The tree as the checkpoint has it; null when there is none, or when it was taken before.</summary>
    internal Task<ZNodeTree?> TakeAsync() => Interlocked.Exchange(ref _reading, Task.FromResult<ZNodeTree?>(null));

    private static ZNodeTree? TryRead(ZNodePlace place)
    {
        try
        {
            var files = new CheckpointFiles(new PhysicalDisk(), place);
            return files.List() is [var newest, ..] ? files.TryRead(newest) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TreeFormatException)
        {
            return null;
        }
    }
}
