using StreamCoord.Log.Segments;
using StreamCoord.Log.Storage;

namespace StreamCoord.Log;

/// <summary>
/// A flush that runs beside appends. The disk tells of a failure once, and whoever flushes next would believe that all is well, so everybody who needs to
/// know what is durable asks <see cref="Join"/> first.
/// </summary>
/// <remarks>Keeps the segment's files open until it has run. <see cref="Run"/> is called once, <see cref="Join"/> by anybody at any time; both may block.</remarks>
internal sealed class BackgroundFlush(Segment segment, Offset end)
{
    // A monitor, and not Lock, because threads wait on it.
    private readonly object _gate = new();
    private FlushFailedException? _failure;
    private bool _hasRun;

    /// <summary>What lies below is durable when <see cref="Join"/> returns.</summary>
    public Offset End => end;

    /// <summary>Flushes. Its failure is told by <see cref="Join"/>.</summary>
    public void Run()
    {
        FlushFailedException? failure = null;
        try
        {
            segment.Flush();
        }
        catch (FlushFailedException exception)
        {
            failure = exception;
        }
        finally
        {
            segment.Release();
            lock (_gate)
            {
                (_failure, _hasRun) = (failure, true);
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Waits for the end of it; throws when it failed.</summary>
    /// <exception cref="FlushFailedException">What was written since the flush before it may be lost.</exception>
    public void Join()
    {
        lock (_gate)
        {
            while (!_hasRun)
            {
                Monitor.Wait(_gate);
            }
        }
        if (_failure is not null)
        {
            throw new FlushFailedException(_failure);
        }
    }
}
