namespace StreamCoord.Cli;

/// <summary>What the tool's exit code says; docs/tool.md lists them for scripts.</summary>
internal static class ExitCodes
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>The cluster refused, or what was asked for is not there.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>Nothing answers.</summary>
    public const int Unreachable = 3;

    /// <summary>A verification found damage.</summary>
    public const int Damaged = 4;

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;
}
