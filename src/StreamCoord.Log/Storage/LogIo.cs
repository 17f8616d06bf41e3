namespace StreamCoord.Log.Storage;

/// <summary>
/// The threads that talk to the disk, so that no thread of Orleans or of the thread pool ever waits for it: one lane for
/// appends and the flushes that they wait for, one for flushes that nobody waits for, one for reads, one for maintenance, so that none starves another.
/// </summary>
/// <remarks>Owns its threads. Safe for concurrent use. Disposing it finishes the work that is queued.</remarks>
public sealed class LogIo : IDisposable
{
    /// <summary>Starts the threads.</summary>
    /// <param name="appendThreads">How many partitions can be written and flushed at the same time; 1 or more.</param>
    /// <param name="readThreads">How many reads can be under way at the same time; 1 or more.</param>
    public LogIo(int appendThreads, int readThreads)
    {
        Appends = new IoLane("log-append", appendThreads);
        Flushes = new IoLane("log-flush", 1);
        Reads = new IoLane("log-read", readThreads);
        Maintenance = new IoLane("log-maintenance", 1);
    }

    internal IoLane Appends { get; }

    internal IoLane Flushes { get; }

    internal IoLane Reads { get; }

    internal IoLane Maintenance { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reads.Dispose();
        Maintenance.Dispose();
        Flushes.Dispose();
        Appends.Dispose();
    }
}
