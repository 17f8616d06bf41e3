using System.Text.Json.Nodes;
using StreamCoord.Testing;

namespace StreamCoord.Cli.Tests;

public sealed class ZNodeCommandTests(OneSilo silo)
{
    [Fact]
    public async Task Znode_IsCreatedReadSetListedAndDeleted()
    {
        Assert.Equal("Created /life\n", (await silo.RunAsync(["znodes", "create", "/life", "first"])).Done().Out);
        Assert.Equal("first\n", (await silo.RunAsync(["znodes", "get", "/life"])).Done().Out);
        (await silo.RunAsync(["znodes", "set", "/life", "-", "-v", "0"], "second")).Done();
        string[] lines = (await silo.RunAsync(["znodes", "get", "/life", "-s"])).Done().Lines;
        Assert.Equal("second", lines[0]);
        Assert.Contains("dataVersion = 1", lines);
        Assert.Contains("dataLength = 6", lines);
        Assert.Contains("ephemeralOwner = 0x0", lines);
        (await silo.RunAsync(["znodes", "create", "/life/b/c", "-p"])).Done();
        Assert.Equal("Created /life/s0000000001\n", (await silo.RunAsync(["znodes", "create", "/life/s", "--sequential"])).Done().Out);
        Assert.Equal("[b, s0000000001]\n", (await silo.RunAsync(["znodes", "ls", "/life"])).Done().Out);
        Assert.Equal(["/life", "/life/b", "/life/b/c", "/life/s0000000001"], (await silo.RunAsync(["znodes", "ls", "-R", "/life"])).Done().Lines);

        ToolResult full = await silo.RunAsync(["znodes", "delete", "/life"]);
        Assert.Equal(ExitCodes.Refused, full.Code);
        Assert.StartsWith("NotEmpty", full.Error, StringComparison.Ordinal);
        Assert.Equal("Deleted 4 znodes.\n", (await silo.RunAsync(["znodes", "deleteall", "/life"])).Done().Out);
        ToolResult gone = await silo.RunAsync(["znodes", "get", "/life"]);
        Assert.Equal(ExitCodes.Refused, gone.Code);
        Assert.StartsWith("NoNode", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongVersion_IsRefused()
    {
        (await silo.RunAsync(["znodes", "create", "/versions", "x"])).Done();

        ToolResult set = await silo.RunAsync(["znodes", "set", "/versions", "y", "-v", "7"]);
        ToolResult deleted = await silo.RunAsync(["znodes", "delete", "/versions", "-v", "7"]);

        Assert.Equal((ExitCodes.Refused, ExitCodes.Refused), (set.Code, deleted.Code));
        Assert.StartsWith("BadVersion", set.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccessControlList_IsSetAndShown()
    {
        (await silo.RunAsync(["znodes", "create", "/acl", "x", "--acl", "world:anyone:ra"])).Done();
        Assert.Equal(["world:anyone:ra"], (await silo.RunAsync(["znodes", "getAcl", "/acl"])).Done().Lines);

        (await silo.RunAsync(["znodes", "setAcl", "/acl", "world:anyone:cdrwa"])).Done();

        Assert.Equal(["world:anyone:cdrwa"], (await silo.RunAsync(["znodes", "getAcl", "/acl"])).Done().Lines);
    }

    [Fact]
    public async Task Ephemeral_LivesAsLongAsTheCommand_AndTheWatcherHears()
    {
        using var stop = new CancellationTokenSource();
        using var stopWatch = new CancellationTokenSource();
        using var output = new AwaitedWriter();
        using var watched = new AwaitedWriter();
        string url = silo.Silo.Http.BaseAddress!.ToString();
        (await silo.RunAsync(["znodes", "create", "/members"])).Done();
        Task<int> watch = Tool.RunUntilAsync(["znodes", "watch", "/members", "--mode", "recursive", "--url", url], watched, TextWriter.Null, "", stopWatch.Token);
        // A watch begins with changes after it was opened: something has to happen until it is.
        for (int tick = 0; !watched.HasText; tick++)
        {
            (await silo.RunAsync(["znodes", "create", $"/members/tick-{tick}"])).Done();
        }
        Task<int> holder = Tool.RunUntilAsync(["znodes", "create", "/members/me", "-e", "--url", url], output, TextWriter.Null, "", stop.Token);
        await output.AwaitAsync("Created /members/me");
        await watched.AwaitAsync("created /members/me 0x");
        Assert.Contains(JsonNode.Parse((await silo.RunAsync(["sessions", "list", "-o", "json"])).Done().Out)!.AsObject(), session => session.Value!.AsArray().Any(path => (string?)path == "/members/me"));

        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Done, await holder);
        await watched.AwaitAsync("deleted /members/me 0x");
        await stopWatch.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, await watch);
    }

    [Fact]
    public async Task Tree_IsExportedAndImported()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "tree.json");
        (await silo.RunAsync(["znodes", "create", "/from/a/b", "deep", "-p"])).Done();
        (await silo.RunAsync(["znodes", "create", "/from/a/c", "closed", "--acl", "world:anyone:r"])).Done();

        (await silo.RunAsync(["znodes", "export", "/from", file])).Done();
        Assert.Equal("Imported 4 znodes.\n", (await silo.RunAsync(["znodes", "import", "/other/to", file])).Done().Out);

        Assert.Equal("deep\n", (await silo.RunAsync(["znodes", "get", "/other/to/a/b"])).Done().Out);
        Assert.Equal(["world:anyone:r"], (await silo.RunAsync(["znodes", "getAcl", "/other/to/a/c"])).Done().Lines);
        Assert.Equal(ExitCodes.Refused, (await silo.RunAsync(["znodes", "import", "/other/to", file])).Code);
        ToolResult wrong = await silo.RunAsync(["znodes", "import", "/wrong"], "[1");
        Assert.Equal(ExitCodes.Refused, wrong.Code);
        Assert.Contains("no export of znodes", wrong.Error, StringComparison.Ordinal);
    }
}
