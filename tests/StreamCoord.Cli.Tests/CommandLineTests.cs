using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task NothingListening_IsSaidWithWhatToDo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        ToolResult result = await Tool.RunAsync(["topics", "list", "--url", $"http://127.0.0.1:{port}"]);

        Assert.Equal(ExitCodes.Unreachable, result.Code);
        Assert.Contains("--url", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("topics")]
    [InlineData("topics", "lost")]
    [InlineData("topics", "create")]
    [InlineData("topics", "list", "--url", "nonsense")]
    [InlineData("topics", "list", "-o", "xml")]
    [InlineData("znodes", "get", "no-slash", "--url", "http://127.0.0.1:1")]
    public async Task WrongCommandLine_ExitsWith2(params string[] arguments) => Assert.Equal(ExitCodes.Usage, (await Tool.RunAsync(arguments)).Code);

    [Fact]
    public async Task Usage_NamesTheCommandThatUsersType()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ExitCodes).Assembly.Location, "--help"]) { RedirectStandardOutput = true };
        using Process tool = Process.Start(start)!;
        string usage = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("  streamcoord [command]", usage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -F")]
    [InlineData("zsh", "compdef")]
    public async Task Completion_IsAScriptThatAsksTheTool(string shell, string expected)
    {
        Assert.Contains(expected, (await Tool.RunAsync(["completion", shell])).Done().Out, StringComparison.Ordinal);
        Assert.Contains("reset-offsets", (await Tool.RunAsync(["[suggest:7]", "groups "])).Done().Lines);
    }
}
