using System.Text;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>The answer of a command as lines of text. Pure.</summary>
internal static class CommandLines
{
    /// <summary>A line for every member of a command's answer.</summary>
    /// <param name="command">The command.</param>
    /// <param name="prefix">What stands before the name.</param>
    /// <param name="separator">What stands before the value.</param>
    public static async Task<string> OfAsync(IServerCommand command, string prefix, string separator)
    {
        var text = new StringBuilder();
        foreach ((string name, JsonNode? value) in await command.AnswerAsync())
        {
            text.Append(prefix).Append(name).Append(separator).Append(value).Append('\n');
        }
        return text.ToString();
    }
}
