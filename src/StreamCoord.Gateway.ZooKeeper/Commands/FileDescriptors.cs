using System.Globalization;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>What the system allows this process of open files and sockets.</summary>
internal static class FileDescriptors
{
    private const string LimitsPath = "/proc/self/limits";
    private const string LineStart = "Max open files";

    /// <summary>How many there may be; null where the system does not say, or does not limit them.</summary>
    public static long? TryReadMax()
    {
        try
        {
            // The line: the name, the limit in force, the one that it may be raised to, the unit.
            string? line = File.ReadLines(LimitsPath).FirstOrDefault(line => line.StartsWith(LineStart, StringComparison.Ordinal));
            string? limit = line?[LineStart.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out long max) ? max : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
