namespace StreamCoord.Silo.Options;

/// <summary>The silo's arguments.</summary>
internal static class CommandLine
{
    private static readonly string[] Sections = ["StreamCoord:", "Logging:"];

    /// <summary>Refuses an argument that the configuration would silently pass over.</summary>
    /// <exception cref="StartRefusedException">An argument is not of the form that is read.</exception>
    public static void Check(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!IsOption(argument))
            {
                throw new StartRefusedException($"The argument '{argument}' is not understood. Options have the form --StreamCoord:NodeId=1.");
            }
            if (!argument.Contains('=', StringComparison.Ordinal) && ++i == arguments.Count)
            {
                throw new StartRefusedException($"The argument '{argument}' lacks its value. Options have the form --StreamCoord:NodeId=1.");
            }
        }
    }

    private static bool IsOption(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && Sections.Any(section => argument.AsSpan(2).StartsWith(section, StringComparison.OrdinalIgnoreCase));
}
