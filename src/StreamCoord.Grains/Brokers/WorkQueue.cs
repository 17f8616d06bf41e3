using Microsoft.Extensions.Logging;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// Things to do, each once however often it is asked for while it waits, some at a time. What fails is done again after a while, until the queue is closed. Safe for concurrent use.
/// </summary>
internal sealed partial class WorkQueue<T>(Func<T, Task> handle, TimeProvider time, ILogger logger) : IDisposable
    where T : notnull
{
    private const int WorkersMax = 8;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<T> _waiting = [];
    private readonly Queue<T> _order = [];
    private readonly CancellationTokenSource _closed = new();
    private int _workers;

    /// <summary>Has it done.</summary>
    public void Add(T item)
    {
        lock (_lock)
        {
            if (_closed.IsCancellationRequested || !_waiting.Add(item))
            {
                return;
            }
            _order.Enqueue(item);
            if (_workers == WorkersMax)
            {
                return;
            }
            _workers++;
        }
        _ = Task.Run(RunAsync);
    }

    /// <summary>Drops what waits; what is being done goes on.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed.Cancel();
            _order.Clear();
        }
    }

    private async Task RunAsync()
    {
        while (TryTake() is (true, { } item))
        {
            try
            {
                await handle(item);
            }
#pragma warning disable CA1031 // Whatever it is, it must not stop what else there is to do.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!_closed.IsCancellationRequested)
                {
                    LogFailed(logger, failure, item, RetryDelay.TotalSeconds);
                    _ = RetryAsync(item);
                }
            }
        }
    }

    private (bool IsTaken, T? Item) TryTake()
    {
        lock (_lock)
        {
            if (!_order.TryDequeue(out T? item))
            {
                _workers--;
                return (false, default);
            }
            _waiting.Remove(item);
            return (true, item);
        }
    }

    private async Task RetryAsync(T item)
    {
        await Task.Delay(RetryDelay, time, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Add(item);
    }

    [LoggerMessage(2501, LogLevel.Warning, "{Item} could not be brought into line with the znode tree; it is tried again in {Seconds} s.")]
    private static partial void LogFailed(ILogger logger, Exception failure, T item, double seconds);
}
