namespace StreamCoord.Log.Maintenance;

/// <summary>
/// Keeps retention and compaction away from a silo's logs while backups copy them: what a backup has noted must stay until it is read. Safe for concurrent use. It ends by itself for a backup that does not extend it.
/// </summary>
public sealed class MaintenancePause(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, long> _untilMs = [];

    /// <summary>True while nothing may be cleaned up.</summary>
    public bool IsOn
    {
        get
        {
            lock (_lock)
            {
                return _untilMs.Values.Any(untilMs => NowMs < untilMs);
            }
        }
    }

    private long NowMs => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Begins it for a backup, or has it last longer.</summary>
    public void Extend(Guid backup, TimeSpan duration)
    {
        lock (_lock)
        {
            foreach (Guid over in _untilMs.Where(one => one.Value <= NowMs).Select(one => one.Key).ToArray())
            {
                _untilMs.Remove(over);
            }
            _untilMs[backup] = NowMs + (long)duration.TotalMilliseconds;
        }
    }

    /// <summary>Ends it for a backup.</summary>
    public void End(Guid backup)
    {
        lock (_lock)
        {
            _untilMs.Remove(backup);
        }
    }
}
