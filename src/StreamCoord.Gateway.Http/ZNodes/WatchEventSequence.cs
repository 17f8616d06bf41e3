using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Chooses and numbers the events of one stream, whether they come from the log or from the watch: the same events, in the same order, get the same ids. Used
/// by one request.
/// </summary>
/// <param name="path">The watched znode.</param>
/// <param name="mode">What is shown.</param>
/// <param name="after">Where the stream begins: nothing up to there is shown.</param>
internal sealed class WatchEventSequence(string path, WatchMode mode, WatchPosition after)
{
    private WatchEvent? _newest;
    private int _index;

    /// <summary>
    /// Where an event stands, or null when it is not shown. Equal events of one transaction that follow each other are one: many children that end with
    /// their session, say.
    /// </summary>
    public WatchPosition? Place(WatchEvent watchEvent)
    {
        if (!mode.Shows(watchEvent, path) || watchEvent == _newest)
        {
            return null;
        }
        _index = watchEvent.Zxid == _newest?.Zxid ? _index + 1 : 0;
        _newest = watchEvent;
        var position = new WatchPosition(watchEvent.Zxid, _index);
        return after.IsBefore(position) ? position : null;
    }
}
