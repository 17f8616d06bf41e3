namespace StreamCoord.Cli.Output;

/// <summary>Where a command reads and writes: the process's own streams, or a test's.</summary>
/// <param name="Out">Results, and nothing else, so that they can be piped.</param>
/// <param name="Error">Problems and progress.</param>
/// <param name="OpenInput">Opens the standard input.</param>
/// <param name="IsInteractive">Whether somebody looks at <paramref name="Error"/>, so that progress is drawn.</param>
/// <param name="Time">The clock.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, Func<Stream> OpenInput, bool IsInteractive, TimeProvider Time)
{
    /// <summary>The process's streams.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, Console.OpenStandardInput, !Console.IsErrorRedirected, TimeProvider.System);
}
