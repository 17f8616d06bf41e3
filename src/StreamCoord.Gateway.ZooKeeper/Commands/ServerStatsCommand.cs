using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>server_stats: what the server has done, without its connections. Times are in milliseconds.</summary>
internal sealed class ServerStatsCommand(ServerStatistics statistics, SessionConnections sessions, ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["server_stats", "srvr"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        TreeDescription tree = await coordination.DescribeAsync();
        ServerStatistics.Totals totals = statistics.Now();
        return new JsonObject
        {
            ["version"] = ServerStatistics.Version,
            ["read_only"] = false,
            ["server_stats"] = new JsonObject
            {
                ["packets_sent"] = totals.SentCount,
                ["packets_received"] = totals.ReceivedCount,
                ["provider_null"] = false,
                ["data_dir_size"] = tree.LogBytes,
                ["log_dir_size"] = tree.LogBytes,
                ["server_state"] = ServerStatistics.State,
                ["last_processed_zxid"] = coordination.AppliedZxid.Value,
                ["outstanding_requests"] = statistics.Outstanding,
                ["avg_latency"] = totals.MeanJson,
                ["max_latency"] = totals.LatencyMaxMs,
                ["min_latency"] = totals.ShortestMs,
                ["num_alive_client_connections"] = sessions.Count,
                ["uptime"] = (long)statistics.Uptime.TotalMilliseconds,
            },
            ["node_count"] = tree.NodeCount,
        };
    }
}
