using StreamCoord.ZNodes;

namespace StreamCoord.Client.Coordination;

/// <summary>A watch that is told of one change. Owned by <see cref="WatchTable"/>, which guards it.</summary>
internal sealed class OneShotWatch(string path, bool isOfChildren, Action<WatchEvent> told)
{
    private readonly List<WatchEvent> _early = [];
    private Zxid? _armedAt;

    public string Path => path;

    public bool IsOfChildren => isOfChildren;

    /// <summary>True when the read that armed it has shown that the znode is missing.</summary>
    public bool IsOfMissing { get; private set; }

    public bool IsArmed => _armedAt is not null;

    public Action<WatchEvent> Told => told;

    /// <summary>The read was answered. Returns a change that came after it and was heard of before.</summary>
    public WatchEvent? Arm(Zxid at, bool isOfMissing)
    {
        (_armedAt, IsOfMissing) = (at, isOfMissing);
        return _early.Find(watchEvent => watchEvent.Zxid > at);
    }

    /// <summary>Whether it is to be told of an event now. Before the read is answered that is not known.</summary>
    public bool Takes(WatchEvent watchEvent)
    {
        if (watchEvent.Type == (isOfChildren ? WatchEventType.DataChanged : WatchEventType.ChildrenChanged) || (isOfChildren && watchEvent.Type == WatchEventType.Created))
        {
            return false;
        }
        if (_armedAt is null)
        {
            _early.Add(watchEvent);
        }
        return watchEvent.Zxid > _armedAt;
    }
}
