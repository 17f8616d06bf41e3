using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>wchs: what the command <c>watch_summary</c> says, in words.</summary>
internal sealed class WchsWord(WatchSummaryCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "wchs";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        JsonObject summary = await command.AnswerAsync();
        return $"{summary["num_connections"]} connections watching {summary["num_paths"]} paths\nTotal watches:{summary["num_total_watches"]}\n";
    }
}
