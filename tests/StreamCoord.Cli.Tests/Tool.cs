using System.Text;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Tests;

/// <summary>Runs the tool in this process.</summary>
internal static class Tool
{
    public static async Task<ToolResult> RunAsync(string[] arguments, string input = "")
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        int code = await RunUntilAsync(arguments, output, errors, input, CancellationToken.None);
        return new ToolResult(code, output.ToString(), errors.ToString());
    }

    /// <summary>Until it is told to end, if it does not by itself.</summary>
    public static Task<int> RunUntilAsync(string[] arguments, TextWriter output, TextWriter errors, string input, CancellationToken stop) =>
        CommandLine.RunAsync(arguments, new Terminal(output, errors, () => new MemoryStream(Encoding.UTF8.GetBytes(input)), IsInteractive: false, TimeProvider.System), stop);
}

/// <summary>What came of a run.</summary>
internal sealed record ToolResult(int Code, string Out, string Error)
{
    /// <summary>The lines of its standard output.</summary>
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails unless it ended well.</summary>
    public ToolResult Done()
    {
        Assert.True(Code == ExitCodes.Done, $"It ended with {Code}: {Error}{Out}");
        return this;
    }
}
