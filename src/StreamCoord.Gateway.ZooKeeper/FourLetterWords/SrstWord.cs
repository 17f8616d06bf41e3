using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>srst: begins the server's statistics anew. Not on the list of words by default: it changes something.</summary>
internal sealed class SrstWord(StatResetCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "srst";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        await command.AnswerAsync();
        return "Server stats reset.\n";
    }
}
