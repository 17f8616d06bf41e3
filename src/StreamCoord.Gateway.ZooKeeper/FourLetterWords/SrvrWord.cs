using System.Globalization;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>srvr: what the server has done, without its connections.</summary>
internal sealed class SrvrWord(ServerStatistics statistics, SessionConnections sessions, ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "srvr";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync() => $"Zookeeper version: {ServerStatistics.Version}\n{await SummaryAsync()}";

    /// <summary>What stands behind the version, and in <c>stat</c> behind the connections.</summary>
    public async Task<string> SummaryAsync()
    {
        TreeDescription tree = await coordination.DescribeAsync();
        ServerStatistics.Totals totals = statistics.Now();
        return string.Create(CultureInfo.InvariantCulture, $"""
            Latency min/avg/max: {totals.ShortestMs}/{totals.MeanText}/{totals.LatencyMaxMs}
            Received: {totals.ReceivedCount}
            Sent: {totals.SentCount}
            Connections: {sessions.Count}
            Outstanding: {statistics.Outstanding}
            Zxid: {coordination.AppliedZxid}
            Mode: {ServerStatistics.State}
            Node count: {tree.NodeCount}

            """).ReplaceLineEndings("\n");
    }
}
