namespace StreamCoord.Log.Producers;

/// <summary>
/// The transactions of a partition that readers of committed records must not pass: those that are open, and those whose marker may still be lost, because it lies at or above the high
/// watermark. Safe for concurrent use: the log's writer adds to it, and whoever learns what is committed takes away. Its lock is never held over work of the disk.
/// </summary>
internal sealed class UndecidedTransactions
{
    private readonly Lock _gate = new();

    // By the first record; the value is the marker, or None while the transaction is open.
    private readonly SortedDictionary<Offset, Offset> _markers = [];

    /// <summary>The first record of the oldest; null when there is none.</summary>
    public Offset? First
    {
        get
        {
            lock (_gate)
            {
                return _markers.Count == 0 ? null : _markers.Keys.First();
            }
        }
    }

    /// <summary>The first record of the oldest that is open; null when none is.</summary>
    public Offset? FirstOpen
    {
        get
        {
            lock (_gate)
            {
                foreach ((Offset from, Offset marker) in _markers)
                {
                    if (marker == Offset.None)
                    {
                        return from;
                    }
                }
                return null;
            }
        }
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _markers.Clear();
        }
    }

    /// <summary>A transaction has begun.</summary>
    public void Opened(Offset from)
    {
        lock (_gate)
        {
            _markers.TryAdd(from, Offset.None);
        }
    }

    /// <summary>A transaction got its marker.</summary>
    public void Marked(Offset from, Offset marker)
    {
        lock (_gate)
        {
            _markers[from] = marker;
        }
    }

    /// <summary>Takes over those with a marker from what was known before the log was opened anew, which reads only what is behind a snapshot.</summary>
    /// <param name="before">What was known; null for nothing.</param>
    /// <param name="end">Where the log ends now: a marker at or above it is gone.</param>
    public void Inherit(UndecidedTransactions? before, Offset end)
    {
        foreach ((Offset from, Offset marker) in before?.Marks() ?? [])
        {
            if (marker < end)
            {
                Marked(from, marker);
            }
        }
    }

    /// <summary>Forgets those whose marker cannot be lost any more.</summary>
    public void ForgetBelow(Offset highWatermark)
    {
        lock (_gate)
        {
            if (_markers.Count == 0)
            {
                return;
            }
            foreach ((Offset from, Offset marker) in _markers.Where(pair => pair.Value != Offset.None && pair.Value < highWatermark).ToArray())
            {
                _markers.Remove(from);
            }
        }
    }

    private KeyValuePair<Offset, Offset>[] Marks()
    {
        lock (_gate)
        {
            return [.. _markers.Where(pair => pair.Value != Offset.None)];
        }
    }
}
