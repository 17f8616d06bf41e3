using System.Diagnostics;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>A client's program, run to its end.</summary>
internal static class ClientProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it with lines on its standard input; returns the lines of its standard output. Fails with its standard error when it fails.</summary>
    public static async Task<string[]> RunAsync(IEnumerable<string> input, string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(string.Concat(input.Select(line => line + "\n")));
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {await errors}");
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Runs kafkajs_client.js, which says what it takes.</summary>
    public static Task<string[]> RunKafkajsAsync(IEnumerable<string> input, params string[] arguments) =>
        RunAsync(input, "node", [Path.Combine(AppContext.BaseDirectory, "kafkajs", "kafkajs_client.js"), .. arguments]);
}
