using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>Connections as commands tell of them. Pure.</summary>
internal static class ConnectionFigures
{
    /// <summary>What a connection waits for, in the terms of Java's selectors: to be read.</summary>
    private const int ReadInterest = 1;

    /// <summary>All connections, plain and encrypted: a silo has one listener, which is either.</summary>
    public static void AddTo(JsonObject answer, SessionConnections sessions, ZooKeeperListener listener, Func<ZooKeeperConnection, JsonObject> figures)
    {
        var all = new JsonArray([.. sessions.All.Select(one => figures(one.Value))]);
        answer["connections"] = listener.IsEncrypted ? [] : all;
        answer["secure_connections"] = listener.IsEncrypted ? all : [];
    }

    /// <summary>Where a connection comes from and how much it has done.</summary>
    public static JsonObject Short(ZooKeeperConnection connection) => new()
    {
        ["remote_socket_address"] = connection.Client.ToString(),
        ["interest_ops"] = ReadInterest,
        ["outstanding_requests"] = connection.Outstanding,
        ["packets_received"] = connection.Statistics.ReceivedCount,
        ["packets_sent"] = connection.Statistics.SentCount,
    };

    /// <summary>The same, with its session and what it has done last.</summary>
    public static JsonObject Full(ZooKeeperConnection connection)
    {
        ConnectionStatistics statistics = connection.Statistics;
        JsonObject figures = Short(connection);
        figures["session_id"] = connection.Session.Value;
        figures["last_operation"] = OperationWords.Of(statistics.LastOperation);
        figures["established"] = connection.EstablishedAt.ToUnixTimeMilliseconds();
        figures["session_timeout"] = connection.TimeoutMs;
        figures["last_cxid"] = statistics.LastXid;
        figures["last_zxid"] = statistics.LastZxid.Value;
        figures["last_response_time"] = statistics.LastResponseMs;
        figures["last_latency"] = statistics.Latency.LastMs;
        figures["min_latency"] = statistics.Latency.MinMs;
        figures["avg_latency"] = (long)statistics.Latency.MeanMs;
        figures["max_latency"] = statistics.Latency.MaxMs;
        return figures;
    }
}
