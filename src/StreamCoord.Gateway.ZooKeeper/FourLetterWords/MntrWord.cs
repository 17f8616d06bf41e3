using System.Globalization;
using System.Text;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>mntr: numbers for monitoring, one a line: name, tab, value.</summary>
internal sealed class MntrWord(ServerStatistics statistics, SessionConnections sessions, ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "mntr";

    /// <summary>The numbers, without the <c>zk_</c> that the word puts before their names.</summary>
    public async Task<IReadOnlyList<(string Name, string Value)>> NumbersAsync()
    {
        ServerStatistics.Totals totals = statistics.Now();
        TreeDescription tree = await coordination.DescribeAsync();
        return
        [
            ("version", ServerStatistics.Version),
            ("server_state", "standalone"),
            ("avg_latency", totals.MeanMs.ToString("0.0###", CultureInfo.InvariantCulture)),
            ("min_latency", Text(totals.ShortestMs)),
            ("max_latency", Text(totals.LatencyMaxMs)),
            ("packets_received", Text(totals.ReceivedCount)),
            ("packets_sent", Text(totals.SentCount)),
            ("num_alive_connections", Text(sessions.Count)),
            ("outstanding_requests", Text(statistics.Outstanding)),
            ("znode_count", Text(tree.NodeCount)),
            ("watch_count", Text(tree.WatchCount)),
            ("ephemerals_count", Text(tree.EphemeralCount)),
            ("global_sessions", Text(tree.SessionCount)),
            ("local_sessions", "0"),
            ("uptime", Text((long)statistics.Uptime.TotalMilliseconds)),
        ];
    }

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in await NumbersAsync())
        {
            text.Append("zk_").Append(name).Append('\t').Append(value).Append('\n');
        }
        return text.ToString();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
