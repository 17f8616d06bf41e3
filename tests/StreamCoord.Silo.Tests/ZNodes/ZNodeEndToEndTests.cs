using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests.ZNodes;

/// <summary>The znode tree as its users have it over HTTP, on the real process.</summary>
public sealed class ZNodeEndToEndTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public ZNodeEndToEndTests() => _limit.CancelAfter(Limit);

    private CancellationToken Cancelled => _limit.Token;

    public void Dispose()
    {
        _limit.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task AZNode_IsCreatedReadSetAndDeleted()
    {
        await using SiloProcess silo = await StartAsync();
        var user = new ZNodeUser(silo, Cancelled);

        ZNodeAnswer created = await user.SendAsync("POST", "/v1/znodes/app?mode=persistent", "a=1");
        Assert.Equal((201, "/v1/znodes/app"), (created.Status, created.Location));
        Assert.Equal((409, "NodeExists"), Refusal(await user.SendAsync("POST", "/v1/znodes/app", "")));
        Assert.Equal(200, (await user.SendAsync("PUT", "/v1/znodes/app", "a=2", version: 0)).Status);
        Assert.Equal((412, "BadVersion"), Refusal(await user.SendAsync("PUT", "/v1/znodes/app", "a=3", version: 0)));
        ZNodeAnswer read = await user.SendAsync("GET", "/v1/znodes/app");
        Assert.Equal(("a=2", 1), (read.Json.GetProperty("text").GetString(), read.Json.GetProperty("stat").GetProperty("version").GetInt32()));

        Assert.Equal("/v1/znodes/app/n0000000000", (await user.SendAsync("POST", "/v1/znodes/app/n?mode=persistent_sequential", "")).Location);
        Assert.Equal((409, "NotEmpty"), Refusal(await user.SendAsync("DELETE", "/v1/znodes/app")));
        Assert.Equal("""["n0000000000"]""", (await user.SendAsync("GET", "/v1/znodes/app?view=children")).Json.GetProperty("children").GetRawText());
        ZNodeAnswer failed = await user.SendAsync("POST", "/v1/znodes:multi", """{"ops":[{"op":"delete","path":"/app/n0000000000"},{"op":"check","path":"/app","version":9}]}""");
        Assert.Equal((412, "BadVersion"), Refusal(failed));
        Assert.Equal("""["Ok","BadVersion"]""", failed.Json.GetProperty("results").GetRawText());
        ZNodeAnswer done = await user.SendAsync("POST", "/v1/znodes:multi", """{"ops":[{"op":"delete","path":"/app/n0000000000"},{"op":"delete","path":"/app","version":1}]}""");
        Assert.Equal(200, done.Status);
        Assert.Equal((404, "NoNode"), Refusal(await user.SendAsync("GET", $"/v1/znodes/app?min_zxid={done.Zxid}&sync=true")));
    }

    [Fact]
    public async Task ATree_IsTheSameAfterAKill_WithItsSessionsAndTheirZNodes()
    {
        ZNodeUser owner;
        List<string> before;
        await using (SiloProcess silo = await StartAsync())
        {
            var user = new ZNodeUser(silo, Cancelled);
            owner = await user.OpenSessionAsync(40_000);
            await user.SendAsync("POST", "/v1/znodes/a", "one");
            await user.SendAsync("PUT", "/v1/znodes/a", "two");
            await user.SendAsync("POST", "/v1/znodes/a/c?mode=container", "");
            await user.SendAsync("POST", "/v1/znodes/a/t?mode=ttl&ttl_ms=1000000&acl=world:anyone:r,ip:127.0.0.1:cdrwa", "ttl");
            await user.SendAsync("POST", "/v1/znodes:multi", """{"ops":[{"op":"create","path":"/a/null"},{"op":"create","path":"/a/s","mode":"persistent_sequential"}]}""");
            Assert.Equal(201, (await owner.SendAsync("POST", "/v1/znodes/a/e?mode=ephemeral", "mine")).Status);
            before = await DumpAsync(user, "/a");
            Assert.Equal(6, before.Count);
            await silo.KillAsync();
        }

        await using SiloProcess again = await StartAsync();
        var later = new ZNodeUser(again, Cancelled);
        Assert.Equal(before, await DumpAsync(later, "/a"));
        ZNodeUser still = owner.At(again);
        Assert.Equal("""["/a/e"]""", (await still.SendAsync("GET", $"/v1/sessions/{owner.Session}")).Json.GetProperty("ephemerals").GetRawText());
        Assert.Equal(204, (await still.SendAsync("DELETE", $"/v1/sessions/{owner.Session}")).Status);
        Assert.Equal((404, "NoNode"), Refusal(await later.SendAsync("GET", "/v1/znodes/a/e")));
        Assert.Equal((410, "SessionExpired"), Refusal(await still.SendAsync("PUT", $"/v1/sessions/{owner.Session}")));
    }

    [Fact]
    public async Task AnEphemeralZNode_EndsWithASessionThatShowsNoSignOfLife_AndNotWithOneThatDoes()
    {
        await using SiloProcess silo = await StartAsync("--StreamCoord:ZooKeeper:TickTimeMs=200");
        var user = new ZNodeUser(silo, Cancelled);
        ZNodeUser quiet = await user.OpenSessionAsync(1);
        ZNodeUser lively = await user.OpenSessionAsync(400);
        Assert.Equal(201, (await quiet.SendAsync("POST", "/v1/znodes/quiet?mode=ephemeral", "")).Status);
        Assert.Equal(201, (await lively.SendAsync("POST", "/v1/znodes/lively?mode=ephemeral", "")).Status);
        using WatchStreamReader events = await WatchStreamReader.OpenAsync(silo, "/", "recursive", null, Cancelled);

        Task<List<string>> ended = events.ReadAsync(1, Cancelled);
        while (!ended.IsCompleted)
        {
            Assert.Equal(200, (await lively.SendAsync("PUT", $"/v1/sessions/{lively.Session}")).Status);
        }

        Assert.StartsWith("deleted /quiet ", Assert.Single(await ended), StringComparison.Ordinal);
        Assert.Equal((410, "SessionExpired"), Refusal(await quiet.SendAsync("PUT", $"/v1/sessions/{quiet.Session}")));
        Assert.Equal((410, "SessionExpired"), Refusal(await quiet.SendAsync("GET", "/v1/znodes/lively")));
        Assert.Equal(200, (await user.SendAsync("GET", "/v1/znodes/lively")).Status);
    }

    [Fact]
    public async Task AnAccessControlList_HoldsForWhoeverIsNotOnIt()
    {
        await using SiloProcess silo = await StartAsync("--StreamCoord:ZooKeeper:SuperDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
        var ann = new ZNodeUser(silo, Cancelled) { User = "ann:secret" };
        var bob = new ZNodeUser(silo, Cancelled) { User = "bob:secret" };
        var root = new ZNodeUser(silo, Cancelled) { User = "super:test" };
        Assert.Equal(201, (await ann.SendAsync("POST", "/v1/znodes/mine?acl=auth::cdrwa", "x")).Status);

        Assert.Equal(200, (await ann.SendAsync("GET", "/v1/znodes/mine")).Status);
        Assert.Equal((403, "NoAuth"), Refusal(await bob.SendAsync("GET", "/v1/znodes/mine")));
        Assert.Equal((403, "NoAuth"), Refusal(await new ZNodeUser(silo, Cancelled).SendAsync("PUT", "/v1/znodes/mine", "y")));
        Assert.Equal((400, "InvalidAcl"), Refusal(await new ZNodeUser(silo, Cancelled).SendAsync("POST", "/v1/znodes/his?acl=auth::r", "")));
        Assert.Equal(200, (await root.SendAsync("PUT", "/v1/znodes/mine?view=acl&acl=world:anyone:r", version: 0)).Status);
        Assert.Equal("x", (await bob.SendAsync("GET", "/v1/znodes/mine")).Json.GetProperty("text").GetString());
        Assert.Equal((412, "BadVersion"), Refusal(await root.SendAsync("PUT", "/v1/znodes/mine?view=acl&acl=world:anyone:r", version: 0)));
    }

    [Fact]
    public async Task TheTopicOfTheTree_IsReadOnlyWhereThatIsAllowed_AndNeverChanged()
    {
        await using (SiloProcess closed = await StartAsync())
        {
            var user = new ZNodeUser(closed, Cancelled);
            Assert.Equal((403, "TOPIC_AUTHORIZATION_FAILED"), Refusal(await user.SendAsync("GET", "/v1/topics/__znodes/partitions/0/records")));
            Assert.Equal((403, "TOPIC_AUTHORIZATION_FAILED"), Refusal(await user.SendAsync("GET", "/v1/topics/__znodes/records:stream")));
            Assert.Equal((400, "INVALID_TOPIC_EXCEPTION"), Refusal(await user.SendAsync("PUT", "/v1/topics/__znodes/records:import", "x\n")));
        }

        await using SiloProcess open = await StartAsync("--StreamCoord:ZNodes:TopicReadable=true");
        ZNodeAnswer page = await new ZNodeUser(open, Cancelled).SendAsync("GET", "/v1/topics/__znodes/partitions/0/records");
        Assert.Equal(200, page.Status);
        Assert.NotEqual(0, page.Json.GetProperty("high_watermark").GetInt64());
    }

    /// <summary>Every znode below a path as JSON, with its Stat and access control list.</summary>
    private static async Task<List<string>> DumpAsync(ZNodeUser user, string path)
    {
        string address = $"/v1/znodes{path}";
        JsonElement znode = (await user.SendAsync("GET", address)).Json;
        List<string> all = [$"{znode.GetRawText()} {(await user.SendAsync("GET", $"{address}?view=acl")).Json.GetProperty("acl").GetRawText()}"];
        foreach (JsonElement child in (await user.SendAsync("GET", $"{address}?view=children")).Json.GetProperty("children").EnumerateArray())
        {
            all.AddRange(await DumpAsync(user, $"{path.TrimEnd('/')}/{child.GetString()}"));
        }
        return all;
    }

    private static (int Status, string? Code) Refusal(ZNodeAnswer answer) => (answer.Status, answer.Code);

    private Task<SiloProcess> StartAsync(params string[] options) => SiloProcess.StartAsync(_directory.Path, options);
}
