using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Watches;

public sealed class WatchReplayRulesTests
{
    private static readonly Zxid Seen = new(10);

    /// <summary>The znode's mzxid and pzxid, or -1 when it is missing; the events for a data, an exist and a child watch, or none when they are to be armed.</summary>
    [Theory]
    [InlineData(-1, -1, WatchEventType.Deleted, null, WatchEventType.Deleted)]
    [InlineData(9, 9, null, WatchEventType.Created, null)]
    [InlineData(10, 10, null, WatchEventType.Created, null)]
    [InlineData(11, 10, WatchEventType.DataChanged, WatchEventType.Created, null)]
    [InlineData(10, 11, null, WatchEventType.Created, WatchEventType.ChildrenChanged)]
    [InlineData(11, 12, WatchEventType.DataChanged, WatchEventType.Created, WatchEventType.ChildrenChanged)]
    public void What_was_missed_is_due(long mzxid, long pzxid, WatchEventType? data, WatchEventType? exist, WatchEventType? children)
    {
        ZNodeStat? node = mzxid < 0 ? null : new ZNodeStat() with { Mzxid = new(mzxid), Pzxid = new(pzxid) };
        Assert.Equal(data, WatchReplayRules.DueForData(node, Seen));
        Assert.Equal(exist, WatchReplayRules.DueForExist(node));
        Assert.Equal(children, WatchReplayRules.DueForChildren(node, Seen));
    }

    [Fact]
    public void Steps_come_as_data_exist_children_persistent_recursive()
    {
        var nodes = new Dictionary<string, ZNodeStat> { ["/old"] = new() { Mzxid = new(3), Pzxid = new(3) }, ["/new"] = new() { Mzxid = new(30), Pzxid = new(30) } };
        ReplayStep[] steps =
        [
            .. WatchReplayRules.Steps(
                new WatchReplay(Seen, ["/old", "/new", "/none"], ["/new", "/none"], ["/new", "/old", "/none"], ["/new", "/none"], ["/new"]),
                path => nodes.TryGetValue(path, out ZNodeStat stat) ? stat : null),
        ];
        Assert.Equal(
            [
                new("/old", WatchKinds.Data, null), new("/new", WatchKinds.Data, WatchEventType.DataChanged), new("/none", WatchKinds.Data, WatchEventType.Deleted),
                new("/new", WatchKinds.Data, WatchEventType.Created), new("/none", WatchKinds.Data, null),
                new("/new", WatchKinds.Children, WatchEventType.ChildrenChanged), new("/old", WatchKinds.Children, null),
                new("/none", WatchKinds.Children, WatchEventType.Deleted),
                new("/new", WatchKinds.Persistent, null), new("/none", WatchKinds.Persistent, null), new("/new", WatchKinds.PersistentRecursive, null),
            ],
            steps);
    }
}
