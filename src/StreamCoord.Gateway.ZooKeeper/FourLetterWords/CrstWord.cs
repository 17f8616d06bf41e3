using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>crst: begins the statistics of all connections anew. Not on the list of words by default: it changes something.</summary>
internal sealed class CrstWord(ConnectionStatResetCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "crst";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        await command.AnswerAsync();
        return "Connection stats reset.\n";
    }
}
