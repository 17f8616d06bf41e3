using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>
/// Writes <c>/zookeeper/config</c>, where clients look for servers (Curator's EnsembleTracker, getConfig). A cluster has one silo, so its list has one line; the ports between servers, which
/// nobody can connect to, are ZooKeeper's usual ones.
/// </summary>
internal sealed partial class ServerList(ICoordination coordination, ZooKeeperListener listener, ILogger<ServerList> logger)
{
    private const string Path = "/zookeeper/config";
    private const string VersionKey = "version=";

    /// <summary>Makes the list say where this silo is, if it does not already.</summary>
    public async Task PublishAsync()
    {
        ZNodeReply now = await coordination.RequestAsync(ZNodeCaller.Service, new GetDataOperation(Path));
        string server = ServerLine(listener);
        string before = Encoding.UTF8.GetString(now.Data.GetValueOrDefault().Span);
        if (before.Split('\n') is [var first, ..] && first == server)
        {
            return;
        }
        byte[] list = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{server}\n{VersionKey}{coordination.AppliedZxid.Value:x}"));
        ZNodeReply written = await coordination.RequestAsync(ZNodeCaller.Service, new SetDataOperation(Path, list));
        if (!written.IsOk)
        {
            LogFailed(logger, Path, written.Message ?? written.Error.ToString());
        }
    }

    private static string ServerLine(ZooKeeperListener listener)
    {
        string host = listener.Host.Contains(':', StringComparison.Ordinal) ? $"[{listener.Host}]" : listener.Host;
        return string.Create(CultureInfo.InvariantCulture, $"server.{listener.NodeId}={host}:2888:3888:participant;{host}:{listener.Port}");
    }

    [LoggerMessage(6120, LogLevel.Warning, "{Path} could not be written, and clients that look for servers there find an old list: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
