using System.Diagnostics;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>monitor: numbers for monitoring. Times are in milliseconds.</summary>
internal sealed class MonitorCommand(ServerStatistics statistics, SessionConnections sessions, ConnectionGate gate, ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["monitor", "mntr"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        ServerStatistics.Totals totals = statistics.Now();
        TreeDescription tree = await coordination.DescribeAsync();
        using var process = Process.GetCurrentProcess();
        var answer = new JsonObject
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
            ["approximate_data_size"] = tree.DataBytes,
            ["open_file_descriptor_count"] = process.HandleCount,
            ["global_sessions"] = tree.SessionCount,
            ["local_sessions"] = 0,
            ["uptime"] = (long)statistics.Uptime.TotalMilliseconds,
            ["connection_rejected"] = gate.RefusedCount,
            ["connection_drop_probability"] = 0, // Nobody is turned away by chance.
        };
        if (FileDescriptors.TryReadMax() is { } descriptorsMax)
        {
            answer["max_file_descriptor_count"] = descriptorsMax;
        }
        return answer;
    }
}
