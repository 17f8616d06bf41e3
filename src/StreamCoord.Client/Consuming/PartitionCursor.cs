using System.Threading.Channels;

namespace StreamCoord.Client.Consuming;

/// <summary>
/// A consumer's place in one partition, from where it was put until it is stopped: a seek makes a new one, so that what was read before it can never be taken for what comes after it. Safe for concurrent use; one fetch loop
/// fills it, one reader empties it.
/// </summary>
/// <remarks>
/// Always Processed &lt;= Next. Each thing that lies ready has one token in the channel of those that are ready, but for those that are owed because the partition is paused.
/// </remarks>
internal sealed class PartitionCursor(TopicPartition partition, Offset start, PrefetchGate held, ChannelWriter<PartitionCursor> ready) : IDisposable
{
    /// <summary>So many fetches lie ready of one partition at most, so that none takes all the memory.</summary>
    private const int ReadyMax = 2;

    private readonly Lock _gate = new();
    private readonly LinkedList<Prefetched> _fetched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(ReadyMax, ReadyMax);
    private TaskCompletionSource? _resumed;
    private int _owed;
    private long _next = start.Value;
    private long _processed = start.Value;
    private long _committed = Offset.None.Value;
    private long _highWatermark = Offset.None.Value;
    private bool _isPaused;
    private bool _isStopped;

    /// <summary>The partition.</summary>
    public TopicPartition Partition => partition;

    /// <summary>Where it was put; <see cref="Offset.None"/> when the reset policy is to say.</summary>
    public Offset Start => start;

    /// <summary>Set when it is not used any more.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>The offset of the next record to be given out, or <see cref="Offset.None"/>.</summary>
    public Offset Next
    {
        get => new(Volatile.Read(ref _next));
        set => Volatile.Write(ref _next, value.Value);
    }

    /// <summary>The offset behind the last record that the caller has processed: what is committed.</summary>
    public Offset Processed
    {
        get => new(Volatile.Read(ref _processed));
        set => Volatile.Write(ref _processed, value.Value);
    }

    /// <summary>What is known to be committed; <see cref="Offset.None"/> when nothing is.</summary>
    public Offset Committed
    {
        get => new(Volatile.Read(ref _committed));
        set => Volatile.Write(ref _committed, value.Value);
    }

    /// <summary>Where the partition ended when it was read last.</summary>
    public Offset HighWatermark
    {
        get => new(Volatile.Read(ref _highWatermark));
        set => Volatile.Write(ref _highWatermark, value.Value);
    }

    /// <summary>The epoch of the last record that was given out.</summary>
    public LeaderEpoch Epoch { get; set; } = LeaderEpoch.Unknown;

    /// <summary>Whether it gives nothing out for now.</summary>
    public bool IsPaused => Volatile.Read(ref _isPaused);

    /// <summary>Whether its records may be given out.</summary>
    public bool MayGive => !Volatile.Read(ref _isPaused) && !Volatile.Read(ref _isStopped);

    /// <summary>The reset policy has said where to begin.</summary>
    public void Begin(Offset at)
    {
        if (Next == Offset.None)
        {
            (Processed, Next) = (at, at);
        }
    }

    /// <summary>Waits until there is a place for another fetch, and takes it.</summary>
    public async ValueTask TakePlaceAsync()
    {
        await _places.WaitAsync(Stopped).ConfigureAwait(false);
        while (ResumedTask() is { } resumed)
        {
            await resumed.WaitAsync(Stopped).ConfigureAwait(false);
        }
        await held.WaitAsync(Stopped).ConfigureAwait(false);
    }

    /// <summary>A fetch has brought nothing: its place is free.</summary>
    public void ReturnPlace() => _places.Release();

    /// <summary>A fetch lies ready in the place that was taken for it.</summary>
    public void Add(Prefetched fetched)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                fetched.Data.Dispose();
                return;
            }
            held.Add(fetched.SizeBytes);
            _fetched.AddLast(fetched);
            AnnounceLocked();
        }
    }

    /// <summary>Takes what lies ready, for a token; null when it may not be given out.</summary>
    public Prefetched? TryTake()
    {
        lock (_gate)
        {
            if (_isPaused)
            {
                _owed++;
                return null;
            }
            if (_fetched.First is not { } first)
            {
                return null;
            }
            _fetched.RemoveFirst();
            if (first.Value.ResetTo == Offset.None)
            {
                return first.Value;
            }
            (Processed, Next) = (first.Value.ResetTo, first.Value.ResetTo);
            return first.Value with { ResetTo = Offset.None };
        }
    }

    /// <summary>What was taken is read to its end, or not wanted any more.</summary>
    public void Finish(Prefetched taken, bool keepsMemory)
    {
        held.Remove(taken.SizeBytes);
        if (!keepsMemory)
        {
            taken.Data.Dispose();
        }
        _places.Release();
    }

    /// <summary>What was taken is not read to its end: it comes again.</summary>
    public void PutBack(Prefetched taken)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                _fetched.AddFirst(taken);
                AnnounceLocked();
                return;
            }
        }
        Finish(taken, keepsMemory: true);
    }

    /// <summary>Gives nothing out until it is resumed.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _isPaused = true;
            _resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Gives records out again.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _isPaused = false;
            for (; _owed > 0; _owed--)
            {
                ready.TryWrite(this);
            }
            _resumed?.SetResult();
            _resumed = null;
        }
    }

    /// <summary>Ends it: what lies ready is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }
            Volatile.Write(ref _isStopped, true);
            foreach (Prefetched fetched in _fetched)
            {
                held.Remove(fetched.SizeBytes);
                fetched.Data.Dispose();
            }
            _fetched.Clear();
        }
        _stop.Cancel();
    }

    private void AnnounceLocked()
    {
        if (_isPaused)
        {
            _owed++;
        }
        else
        {
            ready.TryWrite(this);
        }
    }

    private Task? ResumedTask()
    {
        lock (_gate)
        {
            return _resumed?.Task;
        }
    }
}
