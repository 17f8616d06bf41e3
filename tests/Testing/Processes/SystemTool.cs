using System.Diagnostics;

namespace StreamCoord.Testing.Processes;

/// <summary>Runs programs of the machine that do one thing and end, such as <c>ip</c> and <c>mount</c>.</summary>
public static class SystemTool
{
    /// <summary>Runs one to its end; fails with what it says on standard error when that is no good one. What it prints is not read, for a server that it leaves behind keeps the pipe open.</summary>
    public static Task RunAsync(string path, params string[] arguments) => RunWithInputAsync("", path, arguments);

    /// <summary>The same, for one that reads its standard input.</summary>
    public static async Task RunWithInputAsync(string input, string path, params string[] arguments)
    {
        if (await TryRunAsync(input, path, arguments) is { } problem)
        {
            throw new InvalidOperationException($"{path} {string.Join(' ', arguments)} {problem}");
        }
    }

    /// <summary>Runs one to its end. Null when that is a good one, else what is wrong.</summary>
    public static Task<string?> TryRunAsync(string path, params string[] arguments) => TryRunAsync("", path, arguments);

    private static async Task<string?> TryRunAsync(string input, string path, string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return $"cannot be run: {failure.Message}";
        }
        using (process)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? null : $"ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}";
        }
    }
}
