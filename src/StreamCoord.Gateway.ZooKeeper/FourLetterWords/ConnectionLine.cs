using System.Globalization;
using StreamCoord.Gateway.ZooKeeper.Connections;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>A connection as four-letter words tell of it. Pure.</summary>
internal static class ConnectionLine
{
    /// <summary>Where it comes from and how much it has done; the bracket is left open.</summary>
    public static string Short(ZooKeeperConnection connection) => string.Create(
        CultureInfo.InvariantCulture,
        $" /{connection.Client}[1](queued={connection.Outstanding},recved={connection.Statistics.ReceivedCount},sent={connection.Statistics.SentCount}");

    /// <summary>Its session, and what it has done last.</summary>
    public static string Rest(ZooKeeperConnection connection)
    {
        ConnectionStatistics statistics = connection.Statistics;
        LatencyStatistics latency = statistics.Latency;
        string lastXid = statistics.LastXid == ConnectionStatistics.NoXid ? "" : string.Create(CultureInfo.InvariantCulture, $"lcxid=0x{statistics.LastXid:x},");
        return string.Create(
            CultureInfo.InvariantCulture,
            $",sid={connection.Session},lop={OperationWords.Of(statistics.LastOperation)},est={connection.EstablishedAt.ToUnixTimeMilliseconds()},to={connection.TimeoutMs},{lastXid}lzxid={statistics.LastZxid},lresp={statistics.LastResponseMs},llat={latency.LastMs},minlat={latency.MinMs},avglat={latency.MeanMs:0},maxlat={latency.MaxMs}");
    }
}
