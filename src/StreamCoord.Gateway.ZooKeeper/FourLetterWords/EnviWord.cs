using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>envi: what the command <c>environment</c> says.</summary>
internal sealed class EnviWord(EnvironmentCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "envi";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync() => $"Environment:\n{await CommandLines.OfAsync(command, "", "=")}";
}
