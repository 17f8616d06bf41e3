using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>mntr: what the command <c>monitor</c> says, one a line: name, tab, value.</summary>
internal sealed class MntrWord(MonitorCommand command) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "mntr";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => CommandLines.OfAsync(command, "zk_", "\t");
}
