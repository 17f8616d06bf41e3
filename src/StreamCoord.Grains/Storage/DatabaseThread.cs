using System.Collections.Concurrent;

namespace StreamCoord.Grains.Storage;

/// <summary>
/// One thread of its own for a database driver that has only blocking calls (SQLite), so that none of them holds a thread
/// of the pool or of Orleans. Owns the thread. Any number of callers may queue work; it runs one piece after another, in
/// the order of the calls. <see cref="Dispose"/> lets what is queued finish.
/// </summary>
internal sealed class DatabaseThread : IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly Thread _thread;

    public DatabaseThread(string name)
    {
        _thread = new Thread(RunQueue) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> on the thread, up to its first wait that is not over at once (SQLite has none).</summary>
    /// <exception cref="ObjectDisposedException">The database is closed.</exception>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _queue.Add(() => _ = CompleteAsync(work, done));
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(Database), "The database is closed.");
        }
        return done.Task;
    }

    public void Dispose()
    {
        if (!_queue.IsAddingCompleted)
        {
            _queue.CompleteAdding();
            _thread.Join();
            _queue.Dispose();
        }
    }

    private static async Task CompleteAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(await work().ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }

    private void RunQueue()
    {
        foreach (Action work in _queue.GetConsumingEnumerable())
        {
            work();
        }
    }
}
