using System.Net.Http.Headers;
using System.Text;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>The commands of ZooKeeper's AdminServer, in its shapes.</summary>
public sealed class CommandResourceTests
{
    [Theory]
    [InlineData("monitor", 200, """{"znode_count":5,"command":"monitor","error":null}""")]
    [InlineData("mntr", 200, """{"znode_count":5,"command":"monitor","error":null}""")]
    [InlineData("leader", 501, """{"command":"leader","error":"There is none."}""")]
    [InlineData("no%22such", 404, """{"command":"no\"such","error":"Unknown command: no\"such"}""")]
    public async Task ACommand_IsAnsweredAsTheAdminServerDoes(string name, int status, string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();

        Answer answer = await host.GetAsync($"/commands/{name}");

        Assert.Equal((status, "application/json", body), (answer.Status, answer.ContentType, answer.Body));
    }

    [Fact]
    public async Task TheList_HasLinksToTheCommands()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();

        Answer answer = await host.GetAsync("/commands");

        Assert.Equal((200, "<a href=\"/commands/monitor\">monitor</a>\n<br/>\n"), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("/commands")]
    [InlineData("/commands/monitor")]
    [InlineData("/COMMANDS/monitor")]
    public async Task WithAccessControl_OnlyWhoeverMayDescribeTheCluster_IsAnswered(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, GatewayHost.Authorized);
        Assert.Equal(401, (await host.GetAsync(path)).Status);
        host.Client.DefaultRequestHeaders.Authorization = Basic("alice:wonder:land");
        Assert.Equal(403, (await host.GetAsync(path)).Status);
        host.Client.DefaultRequestHeaders.Authorization = Basic("admin:admin");
        Assert.Equal(200, (await host.GetAsync(path)).Status);
    }

    /// <summary>A guest may look, and nothing else.</summary>
    [Theory]
    [InlineData("/commands/stat_reset")]
    [InlineData("/commands/STAT_reset")]
    [InlineData("/commands/stat%5Freset")]
    public async Task ACommandThatChangesSomething_TakesTheRightToAlterTheCluster(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, GatewayHost.Authorized);
        Assert.Equal(401, (await host.GetAsync(path)).Status);
        host.Client.DefaultRequestHeaders.Authorization = Basic("alice:wonder:land");
        Assert.Equal(403, (await host.GetAsync(path)).Status);
        host.Client.DefaultRequestHeaders.Authorization = Basic("admin:admin");
        Assert.Equal((200, """{"command":"stat_reset","error":null}"""), ((await host.GetAsync(path)).Status, (await host.GetAsync(path)).Body));
    }

    private static AuthenticationHeaderValue Basic(string user) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
}
