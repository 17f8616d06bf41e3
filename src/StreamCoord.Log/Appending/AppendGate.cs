namespace StreamCoord.Log.Appending;

/// <summary>
/// Holds back the appends of a silo's logs for a moment, while a backup notes where they end. Appends that come meanwhile wait in their queues, in their order; one that is being written when the gate closes is written to its end.
/// </summary>
/// <remarks>Owns who holds it, one at a time. Safe for concurrent use. It opens by itself when its holder is not heard of in time.</remarks>
public sealed class AppendGate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private List<Action> _parked = [];
    private Guid? _holder;
    private ITimer? _limit;
    private bool _isRetired;
    private volatile bool _isClosed;

    /// <summary>Closes it; false when somebody else holds it, or the silo is stopping.</summary>
    /// <param name="holder">Who may open it.</param>
    /// <param name="limit">When it opens by itself.</param>
    public bool TryClose(Guid holder, TimeSpan limit)
    {
        lock (_lock)
        {
            if (_isRetired || _holder is not null)
            {
                return false;
            }
            (_holder, _isClosed) = (holder, true);
            _limit = time.CreateTimer(_ => Open(holder), null, limit, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>Opens it. True when it was closed for this holder all the time since.</summary>
    public bool Open(Guid holder)
    {
        lock (_lock)
        {
            if (_holder != holder)
            {
                return false;
            }
            Open();
            return true;
        }
    }

    /// <summary>Opens it for good.</summary>
    internal void Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            Open();
        }
    }

    /// <summary>Has something go on when it opens; false when it is open.</summary>
    internal bool TryPark(Action resume)
    {
        if (!_isClosed)
        {
            return false;
        }
        lock (_lock)
        {
            if (_isClosed)
            {
                _parked.Add(resume);
            }
            return _isClosed;
        }
    }

    private void Open()
    {
        (List<Action> parked, _parked) = (_parked, []);
        (_holder, _isClosed) = (null, false);
        _limit?.Dispose();
        parked.ForEach(resume => resume());
    }
}
