using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Watches;

/// <summary>Who has watches: a connection. Told apart by reference.</summary>
public interface IWatcher
{
    /// <summary>The session that the connection speaks for; <see cref="SessionId.None"/> for none.</summary>
    SessionId Session { get; }

    /// <summary>Everything the connection has proved, as of now: an event that it may not see is not told.</summary>
    IReadOnlyList<AuthIdentity> Identities { get; }

    /// <summary>
    /// Tells of an event. Called under the lock of whoever owns the watches: it returns at once, never throws and never arms or removes a watch. The event is
    /// shared with other watchers.
    /// </summary>
    void Notify(WatchEvent watchEvent);
}
