using StreamCoord.Conformance.Tests.Operations;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Who may do what, and who somebody is.</summary>
[Collection(nameof(PairedCollection))]
public sealed class AccessScenarios(ServicePair pair)
{
    private static readonly WireAcl Ann = new(WireAcl.All, "digest", OperationGenerator.Digest("ann:secret"));

    [Fact]
    public Task Lists() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync(), ann = await script.ConnectAsync();
        await ann.CallAsync(Request.Auth("digest", "ann:secret"));
        IReadOnlyList<WireAcl>?[] lists =
        [
            null, [], WireAcl.Open, [WireAcl.World(0)], [WireAcl.World(32)], [WireAcl.World(-1)], [new(31, "world", "somebody")], [new(31, "nothing", "x")], [new(31, null, "x")],
            [new(31, "digest", "no-colon")], [new(31, "digest", "a:b:c")], [new(31, "digest", "")], [new(31, "ip", "127.0.0.1")], [new(31, "ip", "127.0.0.0/8")], [new(31, "ip", "127.0.0.1/33")], [new(31, "ip", "x")],
            [new(31, "auth", "")], [new(1, "auth", "whatever")], [Ann], [Ann, Ann, WireAcl.World(1), WireAcl.World(1)], [WireAcl.World(1), WireAcl.World(2)], [Ann, new(31, "auth", "")],
            [new(31, "super", "x")], [new(31, "", "")],
        ];
        foreach (ScriptClient who in (ScriptClient[])[client, ann])
        {
            foreach (IReadOnlyList<WireAcl>? list in lists)
            {
                await who.CallAsync(Request.CreateWithoutAcl(script.Path("a"), list), Request.GetAcl(script.Path("a")), Request.SetAcl(script.Path("a"), list), Request.GetAcl(script.Path("a")), Request.Delete(script.Path("a")));
            }
        }
    });

    [Fact]
    public Task UnusualEntries() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.CreateWithoutAcl(script.Path("a"), [new(31, "ip", "::1")]), KnownDifference.AddressesMayBeLong);
        await client.CallAsync(Request.CreateWithoutAcl(script.Path("a"), [new(31, "world", null)]), KnownDifference.NullIsNoRecord);
    });

    [Theory]
    [InlineData(WireAcl.Read)]
    [InlineData(WireAcl.Write)]
    [InlineData(WireAcl.Create)]
    [InlineData(WireAcl.Delete)]
    [InlineData(WireAcl.Admin)]
    [InlineData(WireAcl.All)]
    [InlineData(0)]
    public Task Rights(int permissions) => pair.CompareAsync(async script =>
    {
        ScriptClient ann = await script.ConnectAsync(), client = await script.ConnectAsync();
        string a = script.Path("a");
        await ann.CallAsync(Request.Auth("digest", "ann:secret"), Request.Create(a, "data", 0, [Ann, WireAcl.World(permissions)]), Request.Create($"{a}/child"));
        bool mayRead = (permissions & WireAcl.Read) != 0;
        await client.CallAsync(Request.Exists(a), mayRead ? null : KnownDifference.ExistsAsksForReading);
        await client.CallAsync(
            Request.GetData(a), Request.GetChildren(a), Request.GetChildren2(a), Request.GetAllChildrenNumber(a), Request.GetAcl(a), Request.Sync(a), Request.MultiRead(Request.GetData(a), Request.GetChildren(a)),
            Request.Multi(Request.Check(a)), Request.Create($"{a}/new"), Request.Delete($"{a}/child"), Request.SetData(a, "x"), Request.AddWatch(a, 0), Request.RemoveWatches(a, 3), Request.GetEphemerals(a),
            Request.Multi(Request.SetData(a, "y"), Request.Create($"{a}/more"), Request.Delete($"{a}/more")), Request.SetAcl(a, [WireAcl.World(WireAcl.Read)]));
        await ann.CallAsync(Request.GetAcl(a), Request.GetChildren2(a));
        await client.CallAsync(Request.Auth("digest", ServicePair.SuperUser), Request.GetAcl(a), Request.GetData(a), Request.SetAcl(a, WireAcl.Open), Request.Delete(a));
    });

    [Fact]
    public Task Identities() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(
            Request.WhoAmI(), Request.Auth("digest", "ann:secret"), Request.WhoAmI(), Request.Auth("digest", "bob:secret"), Request.WhoAmI(), Request.Auth("digest", "ann:secret"), Request.WhoAmI(),
            Request.Create(script.Path("both"), "", 0, [new(31, "auth", "")]), Request.Auth("digest", ServicePair.SuperUser), Request.WhoAmI());
        ScriptClient stranger = await script.ConnectAsync();
        await stranger.CallAsync(Request.GetData(script.Path("both")), Request.Auth("digest", "bob:wrong"), Request.GetData(script.Path("both")), Request.Auth("digest", "bob:secret"), Request.GetData(script.Path("both")));
    });

    [Theory]
    [InlineData("digest", "no-colon")]
    [InlineData("digest", "")]
    [InlineData("digest", null)]
    [InlineData("digest", ":")]
    [InlineData("digest", "a:b:c")]
    [InlineData("nothing", "x")]
    [InlineData("", "x")]
    [InlineData(null, "x")]
    [InlineData("world", "anyone")]
    [InlineData("auth", "x")]
    [InlineData("super", "super:test")]
    [InlineData("ip", "127.0.0.1")]
    public Task AuthPackets(string? scheme, string? auth) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        ScriptReply reply = await client.CallAsync(Request.Auth(scheme, auth));
        if (reply.Error != 0)
        {
            await client.ExpectCloseAsync();
        }
        else if (!reply.IsClosed)
        {
            await client.CallAsync(Request.WhoAmI());
        }
    });
}
