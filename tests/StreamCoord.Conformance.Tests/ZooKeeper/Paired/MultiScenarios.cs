using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Several operations in one request.</summary>
[Collection(nameof(PairedCollection))]
public sealed class MultiScenarios(ServicePair pair)
{
    [Fact]
    public Task AllSucceed() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string a = script.Path("a");
        await client.CallAsync(
            Request.Multi(), Request.Multi(Request.Create(a, "1")),
            Request.Multi(
                Request.Check(a, 0), Request.SetData(a, "2", 0), Request.Check(a, 1), Request.Create($"{a}/b"), Request.CreateContainer($"{a}/c"), Request.CreateTtl($"{a}/t", 1_000_000),
                Request.Create($"{a}/e", "", 1), Request.Create($"{a}/s", "", 2), Request.Delete($"{a}/b", 0), Request.Check($"{a}/c"), Request.SetData($"{a}/c", null)),
            Request.GetChildren2(a), Request.GetData(a), Request.GetChildren2(script.Root), Request.Multi(Request.Check(a)), Request.Multi(Request.Delete($"{a}/e"), Request.Create($"{a}/e"), Request.Delete($"{a}/e")),
            Request.GetChildren2(a));
    });

    [Fact]
    public Task Create2Inside() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Multi(Request.Check(script.Root), Request.Create2(script.Path("create2"))), KnownDifference.Create2TellsTheStatInAMultiToo);
        await client.CallAsync(Request.Exists(script.Path("create2")));
    });

    [Fact]
    public Task OneFails() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string a = script.Path("a"), b = script.Path("b");
        await client.CallAsync(Request.Create(a), Request.Create($"{a}/child"));
        foreach (Request fails in (Request[])
            [Request.Create(a), Request.Create(script.Path("missing/x")), Request.Create(script.Path("..")), Request.CreateWithoutAcl(script.Path("x"), []), Request.CreateTtl(script.Path("x"), 0),
             Request.Create(script.Path("x"), "", 17), Request.Delete(a), Request.Delete(script.Path("missing")), Request.Delete("/"), Request.SetData(a, "", 5), Request.SetData(script.Path("missing"), ""),
             Request.Check(a, 3), Request.Check(script.Path("missing")), Request.SetData("no-slash", "")])
        {
            await client.CallAsync(
                Request.Multi(fails), Request.Multi(Request.Create(b), fails), Request.Multi(fails, Request.Create(b)), Request.Multi(Request.Create(b, "", 2), Request.SetData(a, "x"), fails, Request.Delete(a), Request.Create(b)));
        }
        await client.CallAsync(Request.GetChildren2(script.Root), Request.GetData(a), Request.Create(b, "", 2));
    });

    [Fact]
    public Task WhatIsNotAllowedInside() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        foreach (Request other in (Request[])
            [Request.SetAcl(script.Root, WireAcl.Open), Request.GetData(script.Root), Request.Exists(script.Root), Request.Sync(script.Root), Request.Multi(), new(99, []), new(Opcode.Ping, [])])
        {
            await client.CallAsync(Request.Multi(other), Request.Multi(Request.Create(script.Path("a")), other), Request.MultiRead(other, Request.GetData(script.Root)));
        }
        await client.CallAsync(Request.GetChildren2(script.Root));
    });

    [Fact]
    public Task ManyReads() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        string a = script.Path("a");
        await client.CallAsync(
            Request.MultiRead(), Request.Create(a, "x"), Request.Create($"{a}/b", null), Request.MultiRead(Request.GetData(a), Request.GetChildren(a), Request.GetData($"{a}/b"), Request.GetChildren($"{a}/b")),
            Request.MultiRead(Request.GetData(script.Path("missing")), Request.GetData(a), Request.GetChildren(script.Path("missing"))), Request.MultiRead(Request.GetChildren2(a)));
        await client.CallAsync(Request.MultiRead(Request.Create(script.Path("c"))), KnownDifference.AnErrorHasNoBody);
        await client.CallAsync(
            Request.MultiRead(Request.GetData(a, watch: true), Request.GetChildren(a, watch: true)), Request.CheckWatches(a, 3), Request.SetData(a, "y"), Request.Create($"{a}/c"), Request.GetChildren2(script.Root));
    });

    [Fact]
    public Task ABigOne() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Multi([.. Enumerable.Range(0, 500).Select(i => Request.Create(script.Path($"n{i}"), $"{i}", i % 4))]));
        await client.CallAsync(Request.GetChildren2(script.Root), Request.GetEphemerals(script.Root));
    });
}
