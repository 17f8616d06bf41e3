namespace StreamCoord.Cli;

/// <summary>The command ends here: one line for people, and an exit code for scripts.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;

    /// <summary>The command line asks for something that makes no sense.</summary>
    public static CliException Usage(string message) => new(ExitCodes.Usage, message);
}
