using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Every request for one znode: what is answered to a right one, and to each wrong one.</summary>
[Collection(nameof(PairedCollection))]
public sealed class NodeScenarios(ServicePair pair)
{
    /// <summary>Paths that no znode can have, or that are nobody's to have; below "~" stands the scenario's znode.</summary>
    private static readonly string?[] BadPaths =
    [
        null, "", "/", "no-slash", "~/", "~//a", "~/.", "~/..", "~/./a", "~/../a", "~/a\u0000b", "~/a\u0001b", "~/a\u001fb", "~/a\u007fb", "~/a\u009fb", "~/a\ud83d\ude00b",
        "~/a\ue000b", "~/a\ufff0b", "~/missing/a", "~/missing/",
    ];

    /// <summary>Paths that look wrong and are not.</summary>
    private static readonly string[] GoodPaths = ["~/...", "~/.a", "~/a b", "~/\u00e4\u00f6\u00fc", "~/\u4e2d\u6587", "~/a\u00a0b", "~/a\uffef", "~/%2f", "~/a:b"];

    [Theory]
    [InlineData(Opcode.Create)]
    [InlineData(Opcode.Create2)]
    [InlineData(Opcode.CreateContainer)]
    public Task Create(int opcode) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        int[] flags = opcode == Opcode.CreateContainer ? [4, 0, 1] : [0, 1, 2, 3, 4, 5, 6, 7, -1, 1000];
        foreach (int flag in flags)
        {
            await client.CallAsync(Request.Create(script.Path($"flag{flag}-"), "data", flag, null, opcode));
            await client.CallAsync(Request.GetData(script.Path($"flag{flag}-")), Request.GetChildren2(script.Root));
        }
        await client.CallAsync(
            Request.Create(script.Path("null-data"), null, flags[0], null, opcode), Request.GetData(script.Path("null-data")),
            Request.Create(script.Path("null-data"), null, flags[0], null, opcode), Request.Create(script.Path("ephemeral"), "", 1), Request.Create(script.Path("ephemeral/child"), "", flags[0], null, opcode),
            Request.Create(script.Path("missing/child"), "", flags[0], null, opcode), Request.GetChildren2(script.Root));
        foreach (string? path in BadPaths.Concat(GoodPaths))
        {
            await client.CallAsync(Request.Create(path?.Replace("~", script.Root, StringComparison.Ordinal), "", flags[0], null, opcode));
        }
        await client.CallAsync(Request.GetChildren2(script.Root), Request.Close());
        await client.ExpectCloseAsync();
    });

    [Fact]
    public Task CreateWithTimeToLive() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        foreach (long ttlMs in (long[])[1_000_000, (1L << 40) - 1, 1L << 40, 0, -1, long.MinValue])
        {
            await client.CallAsync(Request.CreateTtl(script.Path($"ttl{ttlMs}"), ttlMs), Request.Exists(script.Path($"ttl{ttlMs}")));
        }
        foreach (int flags in (int[])[0, 1, 2, 3, 4, 6, 7])
        {
            await client.CallAsync(Request.CreateTtl(script.Path($"flag{flags}-"), 1_000_000, flags), Request.GetChildren2(script.Root));
        }
        await client.CallAsync(Request.Create(script.Path("ttl1000000/child")), Request.Delete(script.Path("ttl1000000")));
    });

    [Fact]
    public Task Delete() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.Create(script.Path("a")), Request.Create(script.Path("a/b")), Request.Delete(script.Path("a")), Request.Delete(script.Path("missing")),
            Request.Delete(script.Path("missing/child")), Request.Delete(script.Path("a/b"), 1), Request.Delete(script.Path("a/b"), 0), Request.Exists(script.Path("a")),
            Request.SetData(script.Path("a"), "x"), Request.Delete(script.Path("a"), 0), Request.Delete(script.Path("a"), -2), Request.Delete(script.Path("a"), 1),
            Request.GetChildren2(script.Root));
        foreach (string? path in (string?[])[null, "", "/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "no-slash", script.Path(""), script.Path("..")])
        {
            await client.CallAsync(Request.Delete(path));
        }
    });

    [Fact]
    public Task Read() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Create(script.Path("a"), "data"), Request.Create(script.Path("a/b"), null), Request.Create(script.Path("a/c"), "", 1));
        string[] paths = [script.Path("a"), script.Path("a/b"), script.Path("a/c"), script.Path("missing"), "no-slash", script.Path("a/"), script.Path("a\0b"), "/zookeeper", "/zookeeper/quota"];
        foreach (string path in paths)
        {
            await client.CallAsync(
                Request.Exists(path), Request.GetData(path), Request.GetChildren(path), Request.GetChildren2(path), Request.GetAcl(path), Request.GetAllChildrenNumber(path),
                Request.GetEphemerals(path), Request.Sync(path));
        }
        await client.CallAsync(Request.Exists(null), Request.GetData(null), Request.GetChildren(null), Request.GetChildren2(null), Request.GetAcl(null), Request.GetAllChildrenNumber(null));
        await client.CallAsync(Request.Sync(null), KnownDifference.NullIsNoRecord);
    });

    /// <summary>The empty path is another name of the root for the reference, and nobody's for the silo: no client sends it.</summary>
    [Fact]
    public Task TheEmptyPath() => pair.CompareAsync(async script =>
    {
        if (!script.IsReference)
        {
            using var unseen = new Script(script.Address, script.Root, isReference: false);
            ScriptClient client = await unseen.ConnectAsync();
            foreach (Request request in (Request[])[Request.Exists(""), Request.GetData(""), Request.GetChildren(""), Request.GetAcl("")])
            {
                Assert.Equal(-101, (await client.CallAsync(request)).Error);
            }
        }
    });

    [Fact]
    public Task Write() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.Create(script.Path("a"), "data"), Request.SetData(script.Path("a"), "new"), Request.SetData(script.Path("a"), null, 1), Request.SetData(script.Path("a"), "x", 1),
            Request.SetData(script.Path("a"), "x", -2), Request.GetData(script.Path("a")), Request.SetAcl(script.Path("a"), WireAcl.Open, 1), Request.SetAcl(script.Path("a"), WireAcl.Open, 0),
            Request.SetAcl(script.Path("a"), WireAcl.Open), Request.GetAcl(script.Path("a")), Request.Exists(script.Path("a")), Request.Exists(script.Root));
        foreach (string path in (string[])[script.Path("missing"), "", "no-slash", script.Path("a/"), script.Path("a\0b"), script.Path("..")])
        {
            await client.CallAsync(Request.SetData(path, "x"), Request.SetAcl(path, WireAcl.Open));
        }
        await client.CallAsync(Request.SetData(null, "x"), KnownDifference.NullIsNoRecord);
        await client.CallAsync(Request.SetAcl(null, WireAcl.Open), KnownDifference.NullIsNoRecord);
    });

    [Fact]
    public Task SequenceNumbers() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.Create(script.Path("n"), "", 2), Request.Create(script.Path("n"), "", 3), Request.Create(script.Path("plain")), Request.Create(script.Path("n"), "", 2),
            Request.Delete(script.Path("plain")), Request.Create2(script.Path("n"), "", 2), Request.Create(script.Path(""), "", 2), Request.Create(script.Path("plain/"), "", 2),
            Request.CreateTtl(script.Path("t"), 1_000_000, 6), Request.Create(script.Path("p")), Request.Create(script.Path("p/"), "", 2), Request.Delete(script.Path("p/0000000000")),
            Request.Create(script.Path("p/"), "", 2), Request.Delete(script.Path("p/0000000001")), Request.Delete(script.Path("p")), Request.Create(script.Path("p")),
            Request.Create(script.Path("p/"), "", 2), Request.GetChildren2(script.Root), Request.GetChildren2(script.Path("p")),
            Request.Multi(Request.Create(script.Path("m"), "", 2), Request.Create(script.Path("m"), "", 2), Request.Create(script.Path("m"), "", 3)), Request.GetChildren2(script.Root));
    });

    [Fact]
    public Task WhatASessionLeavesBehind() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync(), other = await script.ConnectAsync();
        await client.CallAsync(Request.Create(script.Path("a"), "", 1), Request.Create(script.Path("b"), "", 3), Request.Create(script.Path("plain")), Request.Create(script.Path("plain/c"), "", 1));
        await other.CallAsync(Request.Create(script.Path("other"), "", 1), Request.Exists(script.Path("a")), Request.GetEphemerals(script.Root), Request.GetEphemerals("/"));
        await client.CallAsync(Request.GetEphemerals("/"), Request.GetEphemerals(script.Path("plain")), Request.GetEphemerals("/nowhere"), Request.Delete(script.Path("a")), Request.GetEphemerals(script.Root), Request.Close());
        await client.ExpectCloseAsync();
        await other.CallAsync(Request.GetChildren2(script.Root), Request.GetChildren2(script.Path("plain")), Request.GetAllChildrenNumber(script.Root));
    });

    [Fact]
    public Task Containers_GoWhenTheirLastChildHasGone() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.CreateContainer(script.Path("never-used")), Request.CreateContainer(script.Path("used")), Request.Create(script.Path("used/child")), Request.Exists(script.Path("used"), watch: true));
        await client.CallAsync(Request.Delete(script.Path("used/child")));
        await client.ExpectEventAsync();
        await client.CallAsync(Request.CreateTtl(script.Path("short-lived"), 1), Request.Exists(script.Path("never-used")));
        await client.CallAsync(Request.GetChildren2(script.Path("never-used"), watch: true));
    });

    [Fact]
    public Task NodesWithATimeToLive_Go() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.PipelineAsync(Request.CreateTtl(script.Path("short-lived"), 1, 5, "x"), Request.GetChildren(script.Root, watch: true));
        await client.ExpectEventAsync();
        await client.CallAsync(Request.Exists(script.Path("short-lived")), Request.GetChildren2(script.Root));
    });

    [Fact]
    public Task Quotas() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string quota = $"/zookeeper/quota{script.Root}", limits = $"{quota}/zookeeper_limits", stats = $"{quota}/zookeeper_stats";
        await client.CallAsync(
            Request.Create(script.Path("a"), "12345"), Request.Create(quota), Request.Create(limits, "count=-1,bytes=-1=;byteHardLimit=20;countHardLimit=4"), Request.Create(stats, "count=0,bytes=0"),
            Request.GetData(stats), Request.Create(script.Path("b"), "12345"), Request.GetData(stats), Request.Create(script.Path("c"), "12345678901"), Request.SetData(script.Path("a"), "1234567890123456"),
            Request.SetData(script.Path("a"), "123"), Request.GetData(stats), Request.Create(script.Path("d")), Request.Create(script.Path("e")), Request.GetData(stats), Request.Delete(script.Path("b")),
            Request.Create(script.Path("e")), Request.GetData(stats), Request.GetData(limits));
        await client.CallAsync(Request.Delete(limits), Request.Create(script.Path("c"), "12345678901"), Request.Delete(stats), Request.Delete(quota), Request.GetAllChildrenNumber(script.Root));
    });

    [Fact]
    public Task QuotasWithinAMulti() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string quota = $"/zookeeper/quota{script.Root}";
        await client.CallAsync(
            Request.Create(quota), Request.Create($"{quota}/zookeeper_limits", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2"), Request.Create($"{quota}/zookeeper_stats", "count=0,bytes=0"),
            Request.Create(script.Path("a")), Request.Multi(Request.Create(script.Path("b"))));
        await client.CallAsync(Request.Multi(Request.Delete(script.Path("a")), Request.Create(script.Path("b"))), KnownDifference.AMultiCountsWhatItDeletes);
    });

    [Fact]
    public Task Reconfiguration_IsOff() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.Reconfig("server.2=localhost:1:2;3", null, null, -1), Request.Reconfig(null, "1", null, -1), Request.Reconfig(null, null, "server.1=localhost:1:2;3", 0), Request.Reconfig(null, null, null, -1),
            Request.Auth("digest", ServicePair.SuperUser), Request.Reconfig(null, "1", null, -1));
    });
}
