using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>dirs: what the command of this name says.</summary>
internal sealed class DirsWord(DirsCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "dirs";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => CommandLines.OfAsync(command, "", ": ");
}
