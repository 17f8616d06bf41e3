namespace StreamCoord.Log.Storage;

/// <summary>Something to do on a thread that may block.</summary>
internal interface IIoWork
{
    /// <summary>Does it. Must not throw: failures go to whoever asked for the work.</summary>
    void Run();
}

/// <summary>A queue of work and the threads that do it, first come, first served. Safe for concurrent use.</summary>
/// <remarks>
/// A thread without work sleeps at once: threads that spin until the next flush is due, as those of a <c>BlockingCollection</c> do, were a third of what all silos of a machine did at a thousand flushed writes a second.
/// </remarks>
internal sealed class IoLane : IDisposable
{
    private readonly Queue<IIoWork> _queue = new();
    private readonly Thread[] _threads;
    private bool _isClosed;

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
    public bool IsContended
    {
        get
        {
            lock (_queue)
            {
                return _queue.Count > 0;
            }
        }
    }

    /// <summary>Queues work; <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>.</summary>
    public void Post(IIoWork work)
    {
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _queue.Enqueue(work);
            Monitor.Pulse(_queue);
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
        lock (_queue)
        {
            _isClosed = true;
            Monitor.PulseAll(_queue);
        }
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
    }

    private void Work()
    {
        while (Take() is { } work)
        {
            work.Run();
        }
    }

    private IIoWork? Take()
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_queue);
            }
            return _queue.TryDequeue(out IIoWork? work) ? work : null;
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
