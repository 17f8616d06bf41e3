using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli;

/// <summary>One call of a command: what was asked for, who answers it, and where the answer goes. Used by one command.</summary>
/// <param name="Arguments">The command line.</param>
/// <param name="Gateway">The silo that is asked.</param>
/// <param name="Terminal">Where it writes.</param>
/// <param name="IsJson">Whether results are JSON.</param>
/// <param name="Stop">Cancelled by Ctrl-C.</param>
internal sealed record Invocation(ParseResult Arguments, Gateway Gateway, Terminal Terminal, bool IsJson, CancellationToken Stop)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Where results go.</summary>
    public TextWriter Out => Terminal.Out;

    /// <summary>The value of an option.</summary>
    public T? Value<T>(Option<T> option) => Arguments.GetValue(option);

    /// <summary>The value of an argument, which is there: the command line was checked.</summary>
    public T Value<T>(Argument<T> argument) => Arguments.GetValue(argument)!;

    /// <summary>A resource below the cluster's path.</summary>
    public async Task<JsonNode> GetClusterAsync(string path) => await Gateway.GetAsync(await Gateway.ClusterPathAsync(Stop) + path, Stop);

    /// <summary>The elements of a list below the cluster's path.</summary>
    public async Task<JsonArray> ListClusterAsync(string path) => (await GetClusterAsync(path))["data"]!.AsArray();

    /// <summary>Sends something below the cluster's path.</summary>
    public async Task<JsonNode?> SendClusterAsync(HttpMethod method, string path, JsonNode? body) =>
        await Gateway.SendAsync(method, await Gateway.ClusterPathAsync(Stop) + path, body is null ? null : Gateway.Json(body), Stop);

    /// <summary>Writes the result: as JSON, or as whatever <paramref name="asText"/> makes of it.</summary>
    public void Print(JsonNode result, Action asText)
    {
        if (IsJson)
        {
            Out.WriteLine(result.ToJsonString(Readable));
        }
        else
        {
            asText();
        }
    }

    /// <summary>Writes the result: as JSON, or as a line.</summary>
    public void Print(JsonNode result, string text) => Print(result, () => Out.WriteLine(text));
}
