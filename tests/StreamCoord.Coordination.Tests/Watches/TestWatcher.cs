using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Watches;

/// <summary>A watcher that remembers what it is told.</summary>
internal sealed class TestWatcher(params AuthIdentity[] identities) : IWatcher
{
    private readonly List<WatchEvent> _told = [];

    public SessionId Session { get; init; }

    public IReadOnlyList<AuthIdentity> Identities => identities;

    public void Notify(WatchEvent watchEvent) => _told.Add(watchEvent);

    /// <summary>What it was told since it was last asked.</summary>
    public WatchEvent[] TakeTold()
    {
        WatchEvent[] told = [.. _told];
        _told.Clear();
        return told;
    }
}
