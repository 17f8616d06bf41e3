using StreamCoord.Coordination.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Tree;

/// <summary>What the sequencer does for clients of ClickHouse Keeper, what it does with the list of servers, and how much the tree weighs.</summary>
public sealed class SequencerTreeTests
{
    private readonly MemoryLog _log = new();
    private readonly ZNodeTree _tree = new();
    private readonly Sequencer _sequencer;
    private int _applied;

    public SequencerTreeTests()
    {
        _sequencer = new Sequencer(_tree, new ZNodeOptions { MultiOperationsMax = 6 }, new LeaderEpoch(7), _log);
        _sequencer.WriteEpochRecord(1, new byte[32]);
        _tree.CompleteLoad();
        foreach (string path in (string[])["/a", "/a/b", "/a/b/c", "/a/d", "/ab"])
        {
            Create(path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATree_IsDeletedUnderOneZxid(bool isApplied)
    {
        ApplyIf(isApplied);

        ZNodeReply reply = Do(new DeleteTreeOperation("/a", 4));

        Assert.Equal((ZNodeError.Ok, reply.Zxid), (reply.Error, _sequencer.LastZxid));
        ApplyIf(true);
        Assert.Equal(["/a", "/a/b", "/a/b/c", "/a/d"], ((string[])["/a", "/a/b", "/a/b/c", "/a/d", "/ab"]).Where(path => _tree.FindStat(path) is null));
        Assert.Equal(reply.Zxid, _tree.FindStat("/")!.Value.Pzxid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATreeThatIsTooLarge_Stays(bool isApplied)
    {
        ApplyIf(isApplied);

        Assert.Equal(ZNodeError.NotEmpty, Do(new DeleteTreeOperation("/a", 3)).Error);
        Create("/a/e");
        Create("/a/f");
        Assert.True(Do(new MultiOperation([])).IsOk);
        Create("/a/g");
        Assert.Equal(ZNodeError.NotEmpty, Do(new DeleteTreeOperation("/a", uint.MaxValue)).Error); // No more than a multi holds.
        ApplyIf(true);
        Assert.Equal(7, 1 + _tree.FindStat("/a")!.Value.ChildCount + _tree.FindStat("/a/b")!.Value.ChildCount);
    }

    [Fact]
    public void WithinAMulti_WhatCameBefore_IsDeletedToo_AndComesBackWithIt()
    {
        ApplyIf(true);
        WriteOperation[] operations = [new CreateOperation("/a/new", null, AclEntry.Open), new DeleteOperation("/a/d"), new DeleteTreeOperation("/a", 4), new CreateOperation("/a", null, AclEntry.Open)];

        Assert.Equal(ZNodeError.BadVersion, Do(new MultiOperation([.. operations, new DeleteOperation("/ab", 9)])).Error);
        Assert.Equal(ZNodeError.NotEmpty, Do(new DeleteOperation("/a")).Error);
        Assert.True(Do(new MultiOperation(operations)).IsOk);

        ApplyIf(true);
        Assert.Equal((0, 0), (_tree.FindStat("/a")!.Value.ChildCount, _tree.FindStat("/a")!.Value.Cversion));
    }

    [Fact]
    public void TheTreesOfAMulti_AreTogetherNoMoreThanAMultiHolds()
    {
        foreach (string path in (string[])["/ab/1", "/ab/2"])
        {
            Create(path);
        }

        ZNodeReply tooMuch = Do(new MultiOperation([new DeleteTreeOperation("/a", 100), new DeleteTreeOperation("/ab", 100)]));
        Assert.Equal([ZNodeError.Ok, ZNodeError.NotEmpty], tooMuch.Results!.Select(result => result.Error));
        Assert.True(Do(new DeleteOperation("/ab/2")).IsOk);
        Assert.True(Do(new MultiOperation([new DeleteTreeOperation("/a", 100), new DeleteTreeOperation("/ab", 100)])).IsOk);
    }

    [Fact]
    public void AMulti_DeletesAHundredTreesAtMost()
    {
        var sequencer = new Sequencer(_tree, new ZNodeOptions(), new LeaderEpoch(8), new MemoryLog());
        WriteOperation[] trees = [.. Enumerable.Repeat(new DeleteTreeOperation("/none", 1), 101)];

        Assert.Equal(ZNodeError.BadArguments, sequencer.Execute(ZNodeCaller.Anonymous, new MultiOperation(trees), 0).Error);
        Assert.Equal(ZNodeError.NoNode, sequencer.Execute(ZNodeCaller.Anonymous, new MultiOperation(trees[1..]), 0).Error);
    }

    [Fact]
    public void EveryZNodeWithChildren_MustAllowIt()
    {
        AclEntry[] closed = [new(ZNodePermissions.All & ~ZNodePermissions.Delete, "world", "anyone")];
        Assert.True(Do(new SetAclOperation("/a/d", closed)).IsOk);
        Assert.True(Do(new SetAclOperation("/a/b", closed)).IsOk);

        Assert.Equal(ZNodeError.NoAuth, Do(new DeleteTreeOperation("/a", 4)).Error);
        Assert.True(Do(new SetAclOperation("/a/b", AclEntry.Open)).IsOk);
        Assert.True(Do(new DeleteTreeOperation("/a", 4)).IsOk); // What has no children is its parent's.
    }

    [Theory]
    [InlineData("/", ZNodeError.BadArguments)]
    [InlineData("/zookeeper", ZNodeError.BadArguments)]
    [InlineData("/zookeeper/quota", ZNodeError.BadArguments)]
    [InlineData("a", ZNodeError.BadArguments)]
    [InlineData("/a/", ZNodeError.BadArguments)]
    [InlineData("/missing", ZNodeError.NoNode)]
    [InlineData("/missing/x", ZNodeError.NoNode)]
    public void WhatIsNoTree_IsNotDeleted(string path, ZNodeError error) => Assert.Equal(error, Do(new DeleteTreeOperation(path, 100)).Error);

    [Fact]
    public void AnEphemeralInATree_IsNoLongerItsSessions()
    {
        SessionId session = Do(new OpenSessionOperation(10_000, new NodeId(1))).Session!.Session;
        var owner = new ZNodeCaller(session, []);
        Assert.True(_sequencer.Execute(owner, new CreateOperation("/a/e", null, AclEntry.Open, CreateMode.Ephemeral), 0).IsOk);

        Assert.True(Do(new DeleteTreeOperation("/a", 5)).IsOk);

        Assert.True(Do(new CloseSessionOperation(session)).IsOk);
        ApplyIf(true);
        Assert.Equal(0, _tree.EphemeralCount);
    }

    [Fact]
    public void ACreationThatMayExist_LeavesWhatIsThere()
    {
        ApplyIf(true);
        ZNodeReply there = Do(new CreateOperation("/a", new byte[3], AclEntry.Open, MayExist: true));
        ZNodeReply made = Do(new MultiOperation([new CreateOperation("/new", null, AclEntry.Open, MayExist: true), new CreateOperation("/new", null, AclEntry.Open, MayExist: true)]));

        Assert.Equal((ZNodeError.Ok, "/a", _sequencer.LastZxid), (there.Error, there.Path, there.Zxid.Next()));
        Assert.Equal(["/new", "/new"], made.Results!.Select(result => result.Path));
        Assert.Equal(ZNodeError.BadArguments, Do(new CreateOperation("/s-", null, AclEntry.Open, CreateMode.PersistentSequential, MayExist: true)).Error);
        ApplyIf(true);
        Assert.Equal((0, 0), (_tree.FindStat("/a")!.Value.DataLength, _tree.FindStat("/new")!.Value.Version));
    }

    [Theory]
    [InlineData("/missing", -1, ZNodeError.Ok)]
    [InlineData("/missing/x", -1, ZNodeError.Ok)]
    [InlineData("/a", -1, ZNodeError.NodeExists)]
    [InlineData("/a", 0, ZNodeError.NodeExists)]
    [InlineData("/a", 1, ZNodeError.Ok)]
    [InlineData("a", -1, ZNodeError.BadArguments)]
    public void ACheckThatNothingIsThere_StandsInAMultiOnly(string path, int version, ZNodeError error)
    {
        Assert.Equal(error, Do(new MultiOperation([new CheckMissingOperation(path, version)])).Error);
        Assert.Equal(ZNodeError.Unimplemented, Do(new CheckMissingOperation(path, version)).Error);
    }

    [Fact]
    public void ACheckThatNothingIsThere_AsksForReadingAbove()
    {
        Assert.True(Do(new SetAclOperation("/a", [new AclEntry(ZNodePermissions.All & ~ZNodePermissions.Read, "world", "anyone")])).IsOk);

        Assert.Equal(ZNodeError.NoAuth, Do(new MultiOperation([new CheckMissingOperation("/a/x")])).Error);
        Assert.True(Do(new MultiOperation([new CheckMissingOperation("/x")])).IsOk);
    }

    [Theory]
    [InlineData(ChildFilter.All, "b d e")]
    [InlineData(ChildFilter.Lasting, "b d")]
    [InlineData(ChildFilter.Ephemeral, "e")]
    public void Children_AreTakenByTheirKind(ChildFilter filter, string names)
    {
        SessionId session = Do(new OpenSessionOperation(10_000, new NodeId(1))).Session!.Session;
        Assert.True(_sequencer.Execute(new ZNodeCaller(session, []), new CreateOperation("/a/e", null, AclEntry.Open, CreateMode.Ephemeral), 0).IsOk);
        ApplyIf(true);

        ZNodeReply reply = ReadRules.TryRead(_tree, ZNodeCaller.Anonymous, new MultiReadOperation([new GetChildrenOperation("/a", filter), new ExistsOperation("/a")]), out _)!;

        Assert.Equal(names.Split(' '), reply.Results![0].Names!.Order());
        Assert.Equal(3, reply.Results[1].Stat!.Value.ChildCount);
    }

    [Fact]
    public void TheListOfServers_HasNoVersion_WhereTheServiceWritesIt()
    {
        var super = new ZNodeCaller(SessionId.None, [new AuthIdentity("super", "")]);

        Assert.Equal(-1, _sequencer.Execute(ZNodeCaller.Service, new SetDataOperation("/zookeeper/config", new byte[1]), 0).Stat!.Value.Version);
        Assert.Equal(-1, _sequencer.Execute(ZNodeCaller.Service, new SetDataOperation("/zookeeper/config", new byte[2]), 0).Stat!.Value.Version);
        Assert.Equal(0, _sequencer.Execute(super, new SetDataOperation("/zookeeper/config", new byte[3]), 0).Stat!.Value.Version);
        Assert.Equal(1, _sequencer.Execute(ZNodeCaller.Service, new SetDataOperation("/a", new byte[1]), 0).Stat!.Value.Version);
    }

    [Fact]
    public void TheTree_KnowsWhatItWeighs()
    {
        Assert.Equal(44, new ZNodeTree().DataBytes); // A new server of ZooKeeper's says so.
        ApplyIf(true);
        long before = _tree.DataBytes;
        Assert.Equal(44 + "/a/a/b/a/b/c/a/d/ab".Length, before);

        Assert.True(Do(new SetDataOperation("/a/b/c", new byte[100])).IsOk);
        ApplyIf(true);
        Assert.Equal(before + 100, _tree.DataBytes);
        Assert.True(Do(new SetDataOperation("/a/b/c", new byte[7])).IsOk);
        ApplyIf(true);
        Assert.Equal(before + 7, _tree.DataBytes);
        Assert.True(Do(new DeleteTreeOperation("/a", 4)).IsOk);
        ApplyIf(true);
        Assert.Equal(44 + "/ab".Length, _tree.DataBytes);
    }

    private void Create(string path) => Assert.True(Do(new CreateOperation(path, null, AclEntry.Open)).IsOk);

    private ZNodeReply Do(WriteOperation operation) => _sequencer.Execute(ZNodeCaller.Anonymous, operation, 0);

    private void ApplyIf(bool isApplied)
    {
        for (; isApplied && _applied < _log.Batches.Count; _applied++)
        {
            MemoryLog.Apply(_tree, _log.Batches[_applied]);
        }
    }
}
