using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>conf: the options that clients depend on, by ZooKeeper's names. It tells nothing of files.</summary>
internal sealed class ConfWord(ZooKeeperListener listener, ZooKeeperGatewayOptions options, ZNodeOptions tree, ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "conf";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        TreeDescription size = await coordination.DescribeAsync();
        return string.Create(CultureInfo.InvariantCulture, $"""
            clientPort={listener.PlainPort}
            secureClientPort={listener.EncryptedPort}
            dataDirSize={size.LogBytes}
            dataLogSize={size.LogBytes}
            tickTime={tree.TickTimeMs}
            maxClientCnxns={options.MaxClientConnections}
            minSessionTimeout={tree.SessionTimeoutMsMin}
            maxSessionTimeout={tree.SessionTimeoutMsMax}
            clientPortListenBacklog={listener.ConnectionsWaitingMax}
            serverId={listener.NodeId}

            """).ReplaceLineEndings("\n");
    }
}
