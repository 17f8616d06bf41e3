using System.Diagnostics;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>monitor: numbers for monitoring. Times are in milliseconds.</summary>
internal sealed class MonitorCommand(ServerStatistics statistics, SessionConnections sessions, ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["monitor", "mntr"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        ServerStatistics.Totals totals = statistics.Now();
        TreeDescription tree = await coordination.DescribeAsync();
        using var process = Process.GetCurrentProcess();
        return new JsonObject
        {
            ["version"] = ServerStatistics.Version,
            ["server_state"] = ServerStatistics.State,
            ["avg_latency"] = totals.MeanJson,
            ["min_latency"] = totals.ShortestMs,
            ["max_latency"] = totals.LatencyMaxMs,
            ["packets_received"] = totals.ReceivedCount,
            ["packets_sent"] = totals.SentCount,
            ["num_alive_connections"] = sessions.Count,
            ["outstanding_requests"] = statistics.Outstanding,
            ["znode_count"] = tree.NodeCount,
            ["watch_count"] = tree.WatchCount,
            ["ephemerals_count"] = tree.EphemeralCount,
            ["open_file_descriptor_count"] = process.HandleCount,
            ["global_sessions"] = tree.SessionCount,
            ["local_sessions"] = 0,
            ["uptime"] = (long)statistics.Uptime.TotalMilliseconds,
        };
    }
}
