using System.Collections.Concurrent;

namespace StreamCoord.Log.Storage;

/// <summary>Something to do on a thread that may block.</summary>
internal interface IIoWork
{
    /// <summary>Does it. Must not throw: failures go to whoever asked for the work.</summary>
    void Run();
}

/// <summary>A queue of work and the threads that do it, first come, first served.</summary>
internal sealed class IoLane : IDisposable
{
    private readonly BlockingCollection<IIoWork> _queue = [];
    private readonly Thread[] _threads;

    public IoLane(string name, int threadCount)
    {
        _threads = new Thread[threadCount];
        for (int i = 0; i < threadCount; i++)
        {
            _threads[i] = new Thread(Work, maxStackSize: 256 * 1024) { Name = $"{name}-{i}", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>True when work waits for a thread: who has one should give it back.</summary>
    public bool IsContended => _queue.Count > 0;

    /// <summary>Queues work; <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>.</summary>
    public void Post(IIoWork work)
    {
        try
        {
            _queue.Add(work);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(IoLane), "The log is shut down.");
        }
    }

    /// <summary>Queues a function; its result or exception comes through the task, whose continuations run elsewhere.</summary>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var work = new FunctionWork<T>(function);
        Post(work);
        return work.Task;
    }

    /// <summary>As <see cref="RunAsync{T}"/> for a function without a result.</summary>
    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
        _queue.Dispose();
    }

    private void Work()
    {
        foreach (IIoWork work in _queue.GetConsumingEnumerable())
        {
            work.Run();
        }
    }

    private sealed class FunctionWork<T>(Func<T> function) : IIoWork
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _completion.Task;

        public void Run()
        {
            try
            {
                _completion.SetResult(function());
            }
#pragma warning disable CA1031 // Whatever it is belongs to whoever awaits the task.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _completion.SetException(exception);
            }
        }
    }
}
