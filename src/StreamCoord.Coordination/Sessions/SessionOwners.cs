using System.Runtime.InteropServices;

namespace StreamCoord.Coordination.Sessions;

/// <summary>
/// Which connection speaks for a session: the one that has connected last, wherever in the cluster. What an older one still writes is refused (ZooKeeper's SESSIONMOVED), however late it arrives.
/// </summary>
/// <remarks>
/// Owners are numbers that rise, over terms too. A new term learns them from what is written: until the newest connection of a session has written for the first time, an older one may still do so. Memory only; not safe for
/// concurrent use.
/// </remarks>
/// <param name="term">The sequencer's term.</param>
public sealed class SessionOwners(LeaderEpoch term)
{
    /// <summary>The owner that whoever speaks for no connection has: everything is taken from it.</summary>
    public const long Nobody = 0;

    private const int CounterBits = 32;

    private readonly Dictionary<SessionId, long> _owners = [];
    private long _last = (long)term.Value << CounterBits;

    /// <summary>Gives a session to a connection; returns the connection's number.</summary>
    public long Take(SessionId session) => _owners[session] = ++_last;

    /// <summary>Whether a write may still be made; notes a number that is newer than the one known.</summary>
    public bool Admits(SessionId session, long owner)
    {
        if (owner == Nobody)
        {
            return true;
        }
        ref long known = ref CollectionsMarshal.GetValueRefOrAddDefault(_owners, session, out _);
        if (owner < known)
        {
            return false;
        }
        known = owner;
        return true;
    }

    /// <summary>Forgets a session that has ended.</summary>
    public void Forget(SessionId session) => _owners.Remove(session);
}
