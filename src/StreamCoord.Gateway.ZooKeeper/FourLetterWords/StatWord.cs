using System.Text;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>stat: the connections in short, and what the server has done.</summary>
internal sealed class StatWord(SrvrWord server, SessionConnections sessions) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "stat";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        var text = new StringBuilder($"Zookeeper version: {ServerStatistics.Version}\nClients:\n");
        foreach ((SessionId _, ZooKeeperConnection connection) in sessions.All)
        {
            text.Append(ConnectionLine.Short(connection)).Append(")\n");
        }
        return text.Append('\n').Append(await server.SummaryAsync()).ToString();
    }
}
