using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Measures how long what a leader has written waits for its in-sync replicas: of one write at a time, so that it costs the same however much is written. Pure; not safe for concurrent use.
/// </summary>
internal struct CommitTimer
{
    private (LeaderReplica Term, Offset End, long Timestamp)? _awaited;

    /// <summary>The log has just grown to an end, or is flushed to it.</summary>
    public void Begin(LeaderReplica term, Offset end, long timestamp)
    {
        if (end > term.HighWatermark && _awaited?.Term != term)
        {
            _awaited = (term, end, timestamp);
        }
    }

    /// <summary>When what is committed now was written; null when nothing that was waited for is.</summary>
    public long? TryEnd(LeaderReplica term)
    {
        if (_awaited is not { } awaited || awaited.Term != term || term.HighWatermark < awaited.End)
        {
            return null;
        }
        _awaited = null;
        return awaited.Timestamp;
    }
}
