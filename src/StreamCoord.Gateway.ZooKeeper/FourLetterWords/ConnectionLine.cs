using System.Globalization;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Protocol.ZooKeeper;

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
        double meanMs = latency.Count == 0 ? 0 : (double)latency.TotalMs / latency.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $",sid={connection.Session},lop={NameOf(statistics.LastOperation)},est={connection.EstablishedAt.ToUnixTimeMilliseconds()},to={connection.TimeoutMs},lcxid=0x{statistics.LastXid:x},lzxid={statistics.LastZxid},lresp={statistics.LastResponseMs},llat={latency.LastMs},minlat={latency.MinMs},avglat={meanMs:0},maxlat={latency.MaxMs}");
    }

    private static string NameOf(OpCode operation) => operation switch
    {
        OpCode.CreateSession => "SESS",
        OpCode.Ping => "PING",
        OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl => "CREA",
        OpCode.Delete => "DELE",
        OpCode.SetData => "SETD",
        OpCode.SetAcl => "SETA",
        OpCode.Multi => "MULT",
        OpCode.MultiRead => "MLTR",
        OpCode.GetData => "GETD",
        OpCode.GetChildren or OpCode.GetChildren2 => "GETC",
        OpCode.Exists => "EXIS",
        OpCode.GetAcl => "GETA",
        OpCode.Sync => "SYNC",
        OpCode.SetWatches => "SETW",
        OpCode.SetWatches2 => "STW2",
        OpCode.AddWatch => "ADDW",
        OpCode.CheckWatches => "CHKW",
        OpCode.RemoveWatches => "REMW",
        OpCode.GetEphemerals => "GETE",
        OpCode.GetAllChildrenNumber => "GETACN",
        OpCode.WhoAmI => "HOMI",
        OpCode.Reconfig => "RECO",
        OpCode.CloseSession => "CLOS",
        _ => "NA",
    };
}
