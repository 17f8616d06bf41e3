using System.Text;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>cons: the connections in full.</summary>
internal sealed class ConsWord(SessionConnections sessions) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "cons";

    /// <inheritdoc/>
    public Task<string> AnswerAsync()
    {
        var text = new StringBuilder();
        foreach ((SessionId _, ZooKeeperConnection connection) in sessions.All)
        {
            text.Append(ConnectionLine.Short(connection)).Append(ConnectionLine.Rest(connection)).Append(")\n");
        }
        return Task.FromResult(text.Append('\n').ToString());
    }
}
