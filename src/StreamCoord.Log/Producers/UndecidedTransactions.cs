namespace StreamCoord.Log.Producers;

/// <summary>
/// The transactions of a partition that readers of committed records must not pass: those that are open, and those whose marker may still be lost, because it lies at or above the high
/// watermark. Not safe for concurrent use; it belongs to the log's writer.
/// </summary>
internal sealed class UndecidedTransactions
{
    // By the first record; the value is the marker, or None while the transaction is open.
    private readonly SortedDictionary<Offset, Offset> _markers = [];

    /// <summary>The first record of the oldest; null when there is none.</summary>
    public Offset? First => _markers.Count == 0 ? null : _markers.Keys.First();

    /// <summary>The first record of the oldest that is open; null when none is.</summary>
    public Offset? FirstOpen
    {
        get
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

    public void Clear() => _markers.Clear();

    public void Opened(Offset from) => _markers.TryAdd(from, Offset.None);

    public void Marked(Offset from, Offset marker) => _markers[from] = marker;

    /// <summary>Forgets those whose marker cannot be lost any more.</summary>
    public void ForgetBelow(Offset highWatermark)
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
