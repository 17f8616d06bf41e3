namespace StreamCoord.Security;

/// <summary>
/// Says which refusals are told in the log: one in so long, with how many there were before it, for whoever is refused tries again. Safe for concurrent use.
/// </summary>
public sealed class RefusalTelling(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _toldAt;
    private int _untold;

    /// <summary>Counts a refusal; true when it is to be told.</summary>
    /// <param name="untold">How many were not told before it.</param>
    public bool TryTell(out int untold)
    {
        lock (_gate)
        {
            if (_toldAt is { } told && time.GetElapsedTime(told) < Interval)
            {
                untold = ++_untold;
                return false;
            }
            (_toldAt, untold, _untold) = (time.GetTimestamp(), _untold, 0);
            return true;
        }
    }
}
