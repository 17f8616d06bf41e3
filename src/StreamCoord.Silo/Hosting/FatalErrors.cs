using System.Runtime.InteropServices;

namespace StreamCoord.Silo.Hosting;

/// <summary>
/// Ends the process at once when it must not go on as a member of the cluster, mostly because the others have declared it dead while it was paused: with one line in the log, and without a moment in which it would still answer.
/// What was acknowledged is on the disk.
/// </summary>
internal sealed partial class FatalErrors(ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    private const int ExitCode = 1;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogFatal(logger, context ?? exception?.Message ?? "unknown");
        Console.Out.Flush();
        Exit(ExitCode);
    }

    // Without the handlers of a normal end, which would wait for work that cannot be done any more.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LoggerMessage(1006, LogLevel.Critical, "The silo ends at once: {Reason}")]
    private static partial void LogFatal(ILogger logger, string reason);
}
