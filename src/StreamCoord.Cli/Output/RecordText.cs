using System.Text;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Output;

/// <summary>Keys and values of records as text.</summary>
internal static class RecordText
{
    /// <summary>The text of a member; null as Kafka's console consumer prints it, and what is not UTF-8 with replacement characters, as there.</summary>
    public static string Of(JsonNode record, string member) =>
        record[member] is { } text ? text.ToString()
        : (string?)record[$"{member}_base64"] is { } base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
        : "null";
}
