using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Watches;

/// <summary>Every mutation of /a/b/c, against every kind of watch on it, on its parent, on an ancestor, on the root and elsewhere.</summary>
public sealed class FireTableTests
{
    private const string Node = "/a/b/c";
    private const string Parent = "/a/b";
    private const string Ancestor = "/a";
    private const WatchKinds Data = WatchKinds.Data, Children = WatchKinds.Children, Persistent = WatchKinds.Persistent, Recursive = WatchKinds.PersistentRecursive;
    private static readonly Zxid Now = new(0x100000007);
    private static readonly string[] Elsewhere = ["/a/b/cc", "/a/b/c/d", "/a/bb", "/b", "/zookeeper"];

    /// <summary>Mutation, where the watch is, its kind, and the event it yields ("" for none), with the watch spent ("!") or not.</summary>
    public static TheoryData<WatchEventType, string, WatchKinds, string> Table
    {
        get
        {
            var table = new TheoryData<WatchEventType, string, WatchKinds, string>
            {
                { WatchEventType.Created, Node, Data, "Created /a/b/c!" },
                { WatchEventType.Created, Node, Children, "" },
                { WatchEventType.Created, Node, Persistent, "Created /a/b/c" },
                { WatchEventType.Created, Node, Recursive, "Created /a/b/c" },
                { WatchEventType.Created, Parent, Data, "" },
                { WatchEventType.Created, Parent, Children, "ChildrenChanged /a/b!" },
                { WatchEventType.Created, Parent, Persistent, "ChildrenChanged /a/b" },
                { WatchEventType.Created, Parent, Recursive, "Created /a/b/c" },
                { WatchEventType.Deleted, Node, Data, "Deleted /a/b/c!" },
                { WatchEventType.Deleted, Node, Children, "Deleted /a/b/c!" },
                { WatchEventType.Deleted, Node, Persistent, "Deleted /a/b/c" },
                { WatchEventType.Deleted, Node, Recursive, "Deleted /a/b/c" },
                { WatchEventType.Deleted, Parent, Data, "" },
                { WatchEventType.Deleted, Parent, Children, "ChildrenChanged /a/b!" },
                { WatchEventType.Deleted, Parent, Persistent, "ChildrenChanged /a/b" },
                { WatchEventType.Deleted, Parent, Recursive, "Deleted /a/b/c" },
                { WatchEventType.DataChanged, Node, Data, "DataChanged /a/b/c!" },
                { WatchEventType.DataChanged, Node, Children, "" },
                { WatchEventType.DataChanged, Node, Persistent, "DataChanged /a/b/c" },
                { WatchEventType.DataChanged, Node, Recursive, "DataChanged /a/b/c" },
                { WatchEventType.DataChanged, Parent, Data, "" },
                { WatchEventType.DataChanged, Parent, Children, "" },
                { WatchEventType.DataChanged, Parent, Persistent, "" },
                { WatchEventType.DataChanged, Parent, Recursive, "DataChanged /a/b/c" },
            };
            foreach (WatchEventType mutation in new[] { WatchEventType.Created, WatchEventType.Deleted, WatchEventType.DataChanged })
            {
                foreach (string above in new[] { Ancestor, "/" })
                {
                    table.Add(mutation, above, Data, "");
                    table.Add(mutation, above, Children, "");
                    table.Add(mutation, above, Persistent, "");
                    table.Add(mutation, above, Recursive, $"{mutation} /a/b/c");
                }
                foreach (string elsewhere in Elsewhere)
                {
                    Array.ForEach([Data, Children, Persistent, Recursive], kind => table.Add(mutation, elsewhere, kind, ""));
                }
            }
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_change_is_told_as_the_table_says(WatchEventType mutation, string watched, WatchKinds kind, string expected)
    {
        var sets = new TestSets();
        var watcher = new TestWatcher();
        sets[watched].Arm(watcher, kind);

        int spent = sets.Fire(mutation, Node, Now, AclEntry.Open, AclEntry.Open);

        bool isSpent = expected.EndsWith('!');
        Assert.Equal(expected.TrimEnd('!'), string.Join(", ", watcher.TakeTold().Select(e => $"{e.Type} {e.Path}")));
        Assert.Equal(isSpent, !sets[watched].Has(watcher, kind));
        Assert.Equal((isSpent ? 1 : 0, isSpent ? 0 : 1), (spent, sets.Count));
    }

    /// <summary>What one connection with several watches hears, in order.</summary>
    [Theory]
    [InlineData(WatchEventType.Deleted, Node, Data | Children, Node, Recursive, "Deleted /a/b/c")]
    [InlineData(WatchEventType.Deleted, Node, Data | Children | Persistent | Recursive, "/", Recursive, "Deleted /a/b/c")]
    [InlineData(WatchEventType.Deleted, Node, Children, Ancestor, Recursive, "Deleted /a/b/c")]
    [InlineData(WatchEventType.Deleted, Node, Data, Parent, Children, "Deleted /a/b/c, ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Deleted, Parent, Persistent | Recursive, Ancestor, Recursive, "Deleted /a/b/c, ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Deleted, Parent, Recursive, Ancestor, Recursive, "Deleted /a/b/c")]
    [InlineData(WatchEventType.Created, Node, Data | Persistent | Recursive, Ancestor, Recursive, "Created /a/b/c")]
    [InlineData(WatchEventType.Created, Node, Children, Ancestor, Recursive, "Created /a/b/c")]
    [InlineData(WatchEventType.Created, Parent, Persistent | Recursive | Children, "/", Recursive, "Created /a/b/c, ChildrenChanged /a/b")]
    [InlineData(WatchEventType.DataChanged, Node, Persistent | Data, Parent, Recursive, "DataChanged /a/b/c")]
    [InlineData(WatchEventType.DataChanged, Node, Children, Parent, Recursive, "DataChanged /a/b/c")]
    public void A_connection_hears_of_a_change_once(WatchEventType mutation, string path1, WatchKinds kinds1, string path2, WatchKinds kinds2, string expected)
    {
        var sets = new TestSets();
        TestWatcher watcher = new(), other = new();
        sets[Node].Arm(other, Persistent);
        sets[path1].Arm(watcher, kinds1);
        sets[path2].Arm(watcher, kinds2);

        sets.Fire(mutation, Node, Now, AclEntry.Open, AclEntry.Open);

        WatchEvent[] told = watcher.TakeTold();
        Assert.Equal(expected, string.Join(", ", told.Select(e => $"{e.Type} {e.Path}")));
        Assert.All(told, e => Assert.Equal(Now, e.Zxid));
        Assert.Equal([new(mutation, Node, Now)], other.TakeTold());
    }

    [Fact]
    public void The_root_is_watched_too()
    {
        var sets = new TestSets();
        TestWatcher data = new(), children = new(), recursive = new();
        sets["/"].Arm(data, Data);
        sets["/"].Arm(children, Children);
        sets["/"].Arm(recursive, Recursive);
        sets.Fire(WatchEventType.Created, "/a", Now, AclEntry.Open, AclEntry.Open);
        sets.Fire(WatchEventType.DataChanged, "/", Now, AclEntry.Open, AclEntry.Open);
        Assert.Equal([new(WatchEventType.DataChanged, "/", Now)], data.TakeTold());
        Assert.Equal([new(WatchEventType.ChildrenChanged, "/", Now)], children.TakeTold());
        Assert.Equal([new(WatchEventType.Created, "/a", Now), new(WatchEventType.DataChanged, "/", Now)], recursive.TakeTold());
    }

    /// <summary>Whether the znode's and the parent's lists allow reading, and what a watcher of everything hears.</summary>
    [Theory]
    [InlineData(WatchEventType.Created, true, true, "Created /a/b/c, ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Created, false, true, "ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Created, true, false, "Created /a/b/c")]
    [InlineData(WatchEventType.Created, false, false, "")]
    [InlineData(WatchEventType.Deleted, true, true, "Deleted /a/b/c, ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Deleted, false, true, "ChildrenChanged /a/b")]
    [InlineData(WatchEventType.Deleted, true, false, "Deleted /a/b/c")]
    [InlineData(WatchEventType.DataChanged, true, false, "DataChanged /a/b/c")]
    [InlineData(WatchEventType.DataChanged, false, true, "")]
    public void Only_who_may_read_is_told_and_one_shot_watches_are_spent_either_way(WatchEventType mutation, bool readsNode, bool readsParent, string expected)
    {
        foreach (bool isRecursive in new[] { true, false })
        {
            var sets = new TestSets();
            TestWatcher watcher = new(new AuthIdentity("digest", "u:h")), super = new(new AuthIdentity("super", ""));
            foreach (TestWatcher one in new[] { watcher, super })
            {
                sets[Node].Arm(one, Data | Children);
                sets[Parent].Arm(one, Children);
                if (isRecursive)
                {
                    sets[Ancestor].Arm(one, Recursive);
                }
            }

            sets.Fire(mutation, Node, Now, Acl(readsNode), Acl(readsParent));

            Assert.Equal(expected, string.Join(", ", watcher.TakeTold().Select(e => $"{e.Type} {e.Path}")));
            Assert.Equal(mutation == WatchEventType.DataChanged ? 1 : 2, super.TakeTold().Length);
            Assert.False(sets[Node].Has(watcher, Data));
            Assert.Equal(mutation != WatchEventType.Deleted, sets[Node].Has(watcher, Children));
            Assert.Equal(mutation == WatchEventType.DataChanged, sets[Parent].Has(watcher, Children));
        }

        static AclEntry[] Acl(bool canRead) => [new(canRead ? ZNodePermissions.Read : ZNodePermissions.All & ~ZNodePermissions.Read, "digest", "u:h")];
    }

    [Fact]
    public void Ten_thousand_watchers_share_one_event()
    {
        var sets = new TestSets();
        TestWatcher[] watchers = [.. Enumerable.Range(0, 10_000).Select(_ => new TestWatcher())];
        Array.ForEach(watchers, watcher => sets[Node].Arm(watcher, Data));
        Assert.Equal(10_000, sets.Fire(WatchEventType.DataChanged, Node, Now, AclEntry.Open, AclEntry.Open));
        WatchEvent[] told = [.. watchers.Select(watcher => Assert.Single(watcher.TakeTold()))];
        Assert.All(told, e => Assert.Same(told[0], e));
        Assert.True(sets[Node].IsEmpty);
        Assert.Equal(0, sets.Fire(WatchEventType.DataChanged, Node, Now, AclEntry.Open, AclEntry.Open));
    }
}
