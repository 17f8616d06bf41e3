namespace StreamCoord.Coordination.Sessions;

/// <summary>
/// Makes the ids of new sessions: the node in the upper 8 bits, below them the milliseconds and a counter. The lower 56 bits rise from one id to the next, whatever
/// the nodes. Not safe for concurrent use: the sequencer calls it. It keeps nothing over a restart: whether a session of an earlier term lives with the same id, because the
/// clock was set back, is for the caller to see.
/// </summary>
public sealed class SessionIds
{
    private const int NumberBits = 56;
    private const int CounterBits = 16;
    private const ulong NumberMax = (1UL << NumberBits) - 1;

    private ulong _last;

    /// <summary>The next id. Its upper byte is 1 to 254: 255 marks TTL znodes where owners are stored, and 0 would let an id be 0.</summary>
    /// <param name="node">The node that the client is connected to.</param>
    /// <param name="nowMs">The time, milliseconds since 1970.</param>
    public SessionId Next(NodeId node, long nowMs)
    {
        ulong fromTime = ((ulong)nowMs << CounterBits) & NumberMax;
        _last = Math.Max(_last + 1, fromTime);
        if (_last > NumberMax)
        {
            _last = 1;
        }
        return new SessionId((long)((ulong)NodeByte(node) << NumberBits | _last));
    }

    private static int NodeByte(NodeId node) => Math.Clamp(node.Value & byte.MaxValue, 1, byte.MaxValue - 1);
}
