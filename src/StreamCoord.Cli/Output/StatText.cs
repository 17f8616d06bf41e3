using System.Globalization;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Output;

/// <summary>A Stat as zkCli prints it.</summary>
internal static class StatText
{
    /// <summary>Writes a Stat in the order and with the names of zkCli.</summary>
    public static void Write(TextWriter writer, JsonNode stat)
    {
        writer.WriteLine($"cZxid = {stat["czxid"]}");
        writer.WriteLine($"ctime = {TimeOf(stat["ctime"])}");
        writer.WriteLine($"mZxid = {stat["mzxid"]}");
        writer.WriteLine($"mtime = {TimeOf(stat["mtime"])}");
        writer.WriteLine($"pZxid = {stat["pzxid"]}");
        writer.WriteLine($"cversion = {stat["cversion"]}");
        writer.WriteLine($"dataVersion = {stat["version"]}");
        writer.WriteLine($"aclVersion = {stat["aversion"]}");
        writer.WriteLine($"ephemeralOwner = {stat["ephemeral_owner"]}");
        writer.WriteLine($"dataLength = {stat["data_length"]}");
        writer.WriteLine($"numChildren = {stat["num_children"]}");
    }

    private static string TimeOf(JsonNode? timeMs) => DateTimeOffset.FromUnixTimeMilliseconds((long)timeMs!).ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);
}
