using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Watches of each kind: which event comes, to whom, and before which answer.</summary>
[Collection(nameof(PairedCollection))]
public sealed class WatchScenarios(ServicePair pair)
{
    private const int Persistent = 0;
    private const int Recursive = 1;
    private const int AnyType = 3;

    [Fact]
    public Task OneShotWatches() => pair.CompareAsync(async script =>
    {
        ScriptClient writer = await script.ConnectAsync(), watcher = await script.ConnectAsync();
        string a = script.Path("a"), child = script.Path("a/child");
        await WatchAsync(Request.Exists(a, watch: true), Request.Create(a), Request.SetData(a, "no event"));
        await WatchAsync(Request.Exists(a, watch: true), Request.SetData(a, "x"), Request.SetData(a, "no event"));
        await WatchAsync(Request.GetData(a, watch: true), Request.SetData(a, "y"), Request.SetData(a, "no event"));
        await WatchAsync(Request.GetChildren(a, watch: true), Request.Create(child), Request.SetData(a, "no event"));
        await WatchAsync(Request.GetChildren2(a, watch: true), Request.SetData(child, "no event"), Request.Delete(child), Request.Create(child));
        await WatchAsync(Request.GetData(a, watch: true), Request.SetAcl(a, WireAcl.Open), Request.Create(script.Path("a/other")), Request.Delete(script.Path("a/other")));
        await WatchAsync(Request.GetChildren(script.Root, watch: true), Request.SetData(a, "the older one"), Request.Create(script.Path("b")));
        await WatchAsync(Request.GetData(child, watch: true), Request.Delete(child));
        await WatchAsync(Request.GetChildren(a, watch: true), Request.Delete(a));
        await WatchAsync(Request.GetData(a, watch: true), Request.Create(a), Request.Delete(a));
        await WatchAsync(Request.GetChildren(a, watch: true), Request.Create(a), Request.Delete(a));
        await WatchAsync(Request.Create(a), Request.SetData(a, "nobody watches"));

        async Task WatchAsync(Request read, params Request[] writes)
        {
            await watcher.CallAsync(read);
            foreach (Request write in writes)
            {
                await writer.CallAsync(write);
                await watcher.DrainAsync();
            }
        }
    });

    [Fact]
    public Task AllKindsOnOneZnode_AndTheWritersOwn() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string a = script.Path("a");
        await client.CallAsync(
            Request.Create(a), Request.GetData(a, watch: true), Request.Exists(a, watch: true), Request.GetChildren(a, watch: true), Request.GetChildren(script.Root, watch: true), Request.SetData(a, "x"),
            Request.GetData(a, watch: true), Request.Delete(a), Request.Exists(a, watch: true), Request.GetChildren(script.Root, watch: true), Request.Create(a, "", 1), Request.GetData(a, watch: true));
        await client.PipelineAsync(Request.SetData(a, "1"), Request.GetData(a, watch: true), Request.SetData(a, "2"), Request.GetData(a, watch: true), Request.Delete(a), Request.Exists(a, watch: true), Request.Create(a));
        await client.CallAsync(Request.GetData(a, watch: true), Request.GetChildren(script.Root, watch: true), Request.SetData(a, "fails", 17), Request.SetData(a, "x"));
    });

    [Theory]
    [InlineData(Persistent)]
    [InlineData(Recursive)]
    public Task PersistentWatches(int mode) => pair.CompareAsync(async script =>
    {
        ScriptClient writer = await script.ConnectAsync(), watcher = await script.ConnectAsync();
        string a = script.Path("a"), child = script.Path("a/child"), grandchild = script.Path("a/child/x");
        await watcher.CallAsync(Request.AddWatch(a, mode), Request.AddWatch(a, mode), Request.AddWatch(script.Path("missing/x"), mode));
        foreach (Request write in (Request[])
            [Request.Create(a), Request.SetData(a, "1"), Request.SetData(a, "2"), Request.Create(child), Request.SetData(child, "1"), Request.Create(grandchild), Request.Create(script.Path("ab")),
             Request.SetAcl(a, WireAcl.Open), Request.Delete(grandchild), Request.Delete(child), Request.Delete(a), Request.Create(a, "", 1), Request.Delete(a)])
        {
            await writer.CallAsync(write);
            await watcher.DrainAsync();
        }
        await watcher.CallAsync(Request.CheckWatches(a, AnyType), Request.RemoveWatches(a, AnyType), Request.RemoveWatches(a, AnyType));
        await writer.CallAsync(Request.Create(a));
        await watcher.DrainAsync();
        watcher.HideForeignEvents();
        await watcher.CallAsync(Request.AddWatch("/", mode), Request.AddWatch(a, 2), Request.AddWatch(a, -1));
        await watcher.CallAsync(Request.AddWatch("", mode), KnownDifference.NobodyWatchesWhatCannotBe);
        await watcher.CallAsync(Request.AddWatch("no-slash", mode), KnownDifference.NobodyWatchesWhatCannotBe);
    });

    [Fact]
    public Task ARecursiveWatchOfTheRoot() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        client.HideForeignEvents();
        await client.CallAsync(Request.AddWatch("/", Recursive), Request.Create(script.Path("a")), Request.SetData(script.Path("a"), "x"), Request.Delete(script.Path("a")));
    });

    [Fact]
    public Task CheckingAndRemoving() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string a = script.Path("a");
        await client.CallAsync(Request.Create(a));
        foreach (Request? watch in (Request?[])[null, Request.Exists(a, watch: true), Request.GetData(a, watch: true), Request.GetChildren(a, watch: true), Request.AddWatch(a, Persistent), Request.AddWatch(a, Recursive)])
        {
            // Up to 3.8 the types of those that fire once take the others with them.
            int[] types = watch?.Opcode == Opcode.AddWatch ? [0, AnyType, 6] : [0, 1, 2, AnyType, 6];
            foreach (int type in types)
            {
                if (watch is not null)
                {
                    await client.CallAsync(watch);
                }
                await client.CallAsync(Request.CheckWatches(a, type), Request.RemoveWatches(a, type), Request.RemoveWatches(a, type), Request.RemoveWatches(a, AnyType), Request.CheckWatches(a, AnyType));
            }
        }
        await client.CallAsync(
            Request.Exists(script.Path("missing"), watch: true), Request.CheckWatches(script.Path("missing"), 1), Request.CheckWatches(script.Path("missing"), 2), Request.RemoveWatches(script.Path("missing"), 2),
            Request.GetData(script.Path("missing"), watch: true), Request.CheckWatches(script.Path("missing"), 2));
        await client.CallAsync(Request.GetData(a, watch: true), Request.RemoveWatches(a, 2), Request.SetData(a, "no event"), Request.CheckWatches(script.Path("missing"), AnyType));
    });

    /// <summary>Types 4 and 5 came with 3.9; the reference does not know them, and lets 1 and 2 take what only they should.</summary>
    [Theory]
    [InlineData(Persistent, 4)]
    [InlineData(Recursive, 5)]
    public Task CheckingAndRemoving_PersistentWatchesAlone(int mode, int type) => pair.CompareAsync(async script =>
    {
        if (script.IsReference)
        {
            return;
        }
        using var unseen = new Script(script.Address, script.Root, isReference: false);
        ScriptClient client = await unseen.ConnectAsync();
        (Request, int)[] expected =
        [
            (Request.CheckWatches(unseen.Root, type), -121), (Request.GetData(unseen.Root, watch: true), 0), (Request.CheckWatches(unseen.Root, type), -121), (Request.AddWatch(unseen.Root, mode), 0),
            (Request.RemoveWatches(unseen.Root, 2), 0), (Request.CheckWatches(unseen.Root, 2), -121), (Request.CheckWatches(unseen.Root, 1), -121), (Request.GetData(unseen.Root, watch: true), 0),
            (Request.CheckWatches(unseen.Root, type), 0), (Request.CheckWatches(unseen.Root, 9 - type), -121), (Request.RemoveWatches(unseen.Root, 9 - type), -121), (Request.RemoveWatches(unseen.Root, type), 0),
            (Request.CheckWatches(unseen.Root, type), -121), (Request.CheckWatches(unseen.Root, AnyType), 0), (Request.RemoveWatches(unseen.Root, 2), 0), (Request.CheckWatches(unseen.Root, AnyType), -121),
        ];
        foreach ((Request request, int error) in expected)
        {
            Assert.Equal(error, (await client.CallAsync(request)).Error);
        }
    });

    [Fact]
    public Task ArmingAgain_TellsWhatWasMissed() => pair.CompareAsync(async script =>
    {
        ScriptClient writer = await script.ConnectAsync();
        await writer.CallAsync(
            Request.Create(script.Path("same")), Request.Create(script.Path("changed")), Request.Create(script.Path("gone")), Request.Create(script.Path("parent")),
            Request.Create(script.Path("remade")), Request.Create(script.Path("other-parent")));
        long seen = (await writer.CallAsync(Request.Exists(script.Root))).Zxid;
        await writer.CallAsync(
            Request.SetData(script.Path("changed"), "x"), Request.Delete(script.Path("gone")), Request.Create(script.Path("parent/child")), Request.Delete(script.Path("remade")),
            Request.Create(script.Path("remade")), Request.Create(script.Path("came")), Request.SetData(script.Path("other-parent"), "x"));

        string[] all = [.. ((string[])["same", "changed", "gone", "parent", "remade", "other-parent", "came", "never"]).Select(script.Path)];
        ScriptClient data = await script.ConnectAsync(), exist = await script.ConnectAsync(), child = await script.ConnectAsync(), every = await script.ConnectAsync();
        await data.CallAsync(Request.SetWatches(seen, all, [], []));
        await exist.CallAsync(Request.SetWatches(seen, [], all, []));
        await child.CallAsync(Request.SetWatches(seen, [], [], all));
        await every.CallAsync(Request.SetWatches2(seen, all, all, all, [script.Path("same")], [script.Path("gone")]));

        await writer.CallAsync([.. all.Select(path => Request.SetData(path, "after"))]);
        await DrainAsync();
        await writer.CallAsync([.. all.Select(path => Request.Create($"{path}/after"))]);
        await DrainAsync();
        await writer.CallAsync([.. all.Select(path => Request.Create(path))]);
        await DrainAsync();
        await writer.CallAsync([.. all.Select(path => Request.Delete(path))]);
        await DrainAsync();

        async Task DrainAsync()
        {
            foreach (ScriptClient client in (ScriptClient[])[data, exist, child, every])
            {
                await client.DrainAsync();
            }
        }
    });

    [Fact]
    public Task ArmingAgain_WithNothingAndWithNull() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.SetWatches(0, [], [], []), Request.SetWatches2(0, [], [], [], [], []), Request.SetWatches(long.MaxValue, [script.Root], [], [script.Root]), Request.SetData(script.Root, "x"), Request.Create(script.Path("a")));
    });

    [Fact]
    public Task TheEndOfASession_IsToldToWatchers() => pair.CompareAsync(async script =>
    {
        // Up to 3.8 a recursive watch takes the place of one of the same client that fires once.
        ScriptClient owner = await script.ConnectAsync(), watcher = await script.ConnectAsync(), recursive = await script.ConnectAsync();
        await owner.CallAsync(Request.Create(script.Path("a"), "", 1));
        await watcher.CallAsync(Request.GetData(script.Path("a"), watch: true), Request.GetChildren(script.Root, watch: true));
        await recursive.CallAsync(Request.AddWatch(script.Root, Recursive));
        await owner.CallAsync(Request.Close());
        await owner.ExpectCloseAsync();
        await watcher.DrainAsync();
        await recursive.DrainAsync();
    });

    [Fact]
    public Task AWatchEndsWithItsConnection() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.GetData(script.Root, watch: true), Request.AddWatch(script.Root, Persistent));
        client.Dispose();
        ScriptClient again = await script.ConnectAsync(new ConnectRequest { SessionId = client.Session!.SessionId, Password = client.Session.Password });
        await again.CallAsync(Request.SetData(script.Root, "x"), Request.CheckWatches(script.Root, AnyType));
    });

    [Fact]
    public Task EventsOfAMulti() => pair.CompareAsync(async script =>
    {
        ScriptClient writer = await script.ConnectAsync(), watcher = await script.ConnectAsync();
        string a = script.Path("a"), b = script.Path("b");
        await writer.CallAsync(Request.Create(a));
        await watcher.CallAsync(Request.GetData(a, watch: true), Request.GetChildren(a, watch: true), Request.Exists(b, watch: true), Request.GetChildren(script.Root, watch: true));
        await writer.CallAsync(Request.Multi(Request.SetData(a, "x"), Request.Create($"{a}/child"), Request.Create(b), Request.Delete($"{a}/child"), Request.Delete(a)));
        await watcher.DrainAsync();
        await watcher.CallAsync(Request.Exists(a, watch: true), Request.AddWatch(script.Root, Recursive));
        await writer.CallAsync(Request.Multi(Request.Create(a), Request.Delete(b), Request.Delete(b)), Request.Multi(Request.Create(a), Request.SetData(a, "1"), Request.SetData(a, "2"), Request.Delete(a)));
        await watcher.DrainAsync();
    });
}
