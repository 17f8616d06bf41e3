using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StreamCoord.Conformance.Tests.Drivers;
using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Reference;

/// <summary>Reaches ZooKeeper by a real client: the script zookeeper_driver.py. Owns the script's process and ends it by its id.</summary>
public sealed class KazooDriver : ITreeDriver
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <summary>Starts the script.</summary>
    /// <param name="address">The server's host and port.</param>
    /// <param name="sessionTimeoutMs">What its sessions ask for.</param>
    public KazooDriver(string address, int sessionTimeoutMs)
    {
        // Debian's own Python, since its packages are those of Debian.
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "zookeeper_driver.py"), address, sessionTimeoutMs.ToString(CultureInfo.InvariantCulture) },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("The script did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public async Task<TreeReply> RunAsync(TreeOperation operation)
    {
        await _process.StandardInput.WriteLineAsync(operation.ToJson());
        await _process.StandardInput.FlushAsync();
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(AnswerLimit);
        if (line is null)
        {
            throw new InvalidOperationException($"The script ended at {operation}: {await _errors}");
        }
        return JsonSerializer.Deserialize<TreeReply>(line, WireJson.Options)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
