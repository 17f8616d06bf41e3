using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>conf: the options that clients depend on, by ZooKeeper's names.</summary>
internal sealed class ConfWord(ZooKeeperListener listener, ZooKeeperGatewayOptions options, ZNodeOptions tree) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "conf";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"""
        clientPort={listener.Port}
        tickTime={tree.TickTimeMs}
        maxClientCnxns={options.MaxClientConnections}
        minSessionTimeout={tree.SessionTimeoutMsMin}
        maxSessionTimeout={tree.SessionTimeoutMsMax}
        serverId={listener.NodeId}

        """).ReplaceLineEndings("\n"));
}
