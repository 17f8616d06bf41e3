using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>What this silo's gateway has done since it started or its statistics were set back, over all connections, those that have ended too. Safe for concurrent use.</summary>
/// <remarks>The metrics of the process never fall: they go on over all.</remarks>
internal sealed class ServerStatistics : IDisposable
{
    private readonly Meter _meter = new("StreamCoord.ZooKeeper");
    private readonly SessionConnections _sessions;
    private readonly TimeProvider _time;
    private readonly long _startedTimestamp;
    private readonly Lock _gate = new();
    private Totals _ended = Totals.None;
    private Totals _before = Totals.None;

    public ServerStatistics(SessionConnections sessions, TimeProvider time)
    {
        (_sessions, _time, _startedTimestamp) = (sessions, time, time.GetTimestamp());
        _meter.CreateObservableGauge("streamcoord.zookeeper.connections", () => _sessions.Count, "{connection}", "Connections with a session.");
        _meter.CreateObservableGauge("streamcoord.zookeeper.outstanding_requests", () => Outstanding, "{request}", "Requests under way.");
        _meter.CreateObservableCounter("streamcoord.zookeeper.requests", () => Ever().ReceivedCount, "{request}", "Requests that have come.");
        _meter.CreateObservableCounter("streamcoord.zookeeper.messages", () => Ever().SentCount, "{message}", "Replies and events that were sent.");
    }

    /// <summary>What clients are told about the version: ZooKeeper's, whose behaviour this is, for tools look at it; and behind it what this really is.</summary>
    public static string Version { get; } = string.Create(
        CultureInfo.InvariantCulture, $"3.9.5-StreamCoord-{Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}, built on 1970-01-01 00:00 UTC");

    /// <summary>What ZooKeeper calls a server that decides on its own, as a silo does for its clients.</summary>
    public const string State = "standalone";

    /// <summary>How many requests are under way.</summary>
    public long Outstanding => _sessions.All.Sum(one => one.Value.Outstanding);

    /// <summary>How long the gateway has run.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_startedTimestamp);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Keeps the numbers of a connection that has ended.</summary>
    public void Ended(ConnectionStatistics connection)
    {
        lock (_gate)
        {
            _ended = _ended.Add(connection);
        }
    }

    /// <summary>The numbers as of now. A connection that ends at this moment may be left out.</summary>
    public Totals Now()
    {
        Totals totals = Ever();
        lock (_gate)
        {
            return totals with { ReceivedCount = totals.ReceivedCount - _before.ReceivedCount, SentCount = totals.SentCount - _before.SentCount };
        }
    }

    /// <summary>Begins the server's statistics anew (srst), and leaves those of its connections alone.</summary>
    public void SetBack()
    {
        foreach ((SessionId _, ZooKeeperConnection connection) in _sessions.All)
        {
            connection.Statistics.ServerLatency.SetBack();
        }
        lock (_gate)
        {
            _ended = Totals.None with { ReceivedCount = _ended.ReceivedCount, SentCount = _ended.SentCount };
        }
        Totals now = Ever();
        lock (_gate)
        {
            _before = now;
        }
    }

    // The counts go on for ever; the latencies are since they were set back.
    private Totals Ever()
    {
        Totals totals;
        lock (_gate)
        {
            totals = _ended;
        }
        foreach ((SessionId _, ZooKeeperConnection connection) in _sessions.All)
        {
            totals = totals.Add(connection.Statistics);
        }
        return totals;
    }

    /// <summary>Sums over connections. Immutable.</summary>
    /// <param name="ReceivedCount">Requests.</param>
    /// <param name="SentCount">Replies and events.</param>
    /// <param name="LatencyCount">Requests that were answered.</param>
    /// <param name="LatencyTotalMs">How long they took together. Milliseconds.</param>
    /// <param name="LatencyMinMs">The shortest; the largest number when there was none. Milliseconds.</param>
    /// <param name="LatencyMaxMs">The longest. Milliseconds.</param>
    internal sealed record Totals(long ReceivedCount, long SentCount, long LatencyCount, long LatencyTotalMs, long LatencyMinMs, long LatencyMaxMs)
    {
        /// <summary>Nothing yet.</summary>
        public static Totals None { get; } = new(0, 0, 0, 0, long.MaxValue, 0);

        /// <summary>The shortest, 0 when there was none. Milliseconds.</summary>
        public long ShortestMs => LatencyCount == 0 ? 0 : LatencyMinMs;

        /// <summary>The mean, 0 when there was none. Milliseconds.</summary>
        public double MeanMs => LatencyCount == 0 ? 0 : (double)LatencyTotalMs / LatencyCount;

        /// <summary>The mean as ZooKeeper writes it. Milliseconds.</summary>
        public string MeanText => MeanMs.ToString("0.0###", CultureInfo.InvariantCulture);

        /// <summary>The same as a number of JSON. Milliseconds.</summary>
        public JsonNode MeanJson => JsonNode.Parse(MeanText)!;

        /// <summary>The sums with one more connection.</summary>
        public Totals Add(ConnectionStatistics connection) => new(
            ReceivedCount + connection.ReceivedTotal,
            SentCount + connection.SentTotal,
            LatencyCount + connection.ServerLatency.Count,
            LatencyTotalMs + connection.ServerLatency.TotalMs,
            connection.ServerLatency.Count == 0 ? LatencyMinMs : Math.Min(LatencyMinMs, connection.ServerLatency.MinMs),
            Math.Max(LatencyMaxMs, connection.ServerLatency.MaxMs));
    }
}
