using System.Net;
using Microsoft.Extensions.Logging.Console;
using StreamCoord.Replication;

namespace StreamCoord.Silo.Hosting;

/// <summary>What the silo says on its console.</summary>
internal static partial class SiloLog
{
    /// <summary>
    /// One line per event on standard output: information of ours, warnings of the libraries. The section <c>Logging</c> changes levels
    /// and format, as in every ASP.NET application.
    /// </summary>
    public static void AddSiloConsole(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddFilter(null, LogLevel.Warning);
        logging.AddFilter("StreamCoord", LogLevel.Information);
        // At every start the first warns that the garbage collector is not the server one, which is chosen on purpose, and the second,
        // now and then, of a stall since the machine was booted, for it looks before its first round.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    }

    [LoggerMessage(1001, LogLevel.Information, "Node {NodeId} of cluster {ClusterId} serves kafka on {Kafka}, zookeeper on {ZooKeeper}, http on {Http}, silos on {Silo}, Orleans clients on {Gateway}; its data is in {DataDirectory}.")]
    public static partial void Serves(this ILogger logger, NodeId nodeId, string clusterId, string kafka, string zooKeeper, string http, IPEndPoint silo, IPEndPoint gateway, string dataDirectory);

    [LoggerMessage(1002, LogLevel.Information, "Stopping: requests under way are finished first.")]
    public static partial void Stops(this ILogger logger);

    [LoggerMessage(1003, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(1005, LogLevel.Information, "This silo was alone and is now the first node of a cluster: the database {Path} with {Partitions} partitions was moved into PostgreSQL.")]
    public static partial void MovedDatabase(this ILogger logger, int partitions, string path);

    [LoggerMessage(1007, LogLevel.Information, "A backup of cluster {ClusterId} was unpacked here: this silo keeps and leads its {Partitions} partitions.")]
    public static partial void Restored(this ILogger logger, int partitions, string clusterId);

    [LoggerMessage(1004, LogLevel.Warning, "The data directory of node {NodeId} is another one than before ({Replaced} before, {Incarnation} now): what the node had is gone from it. It is in sync with no partition, and fills itself from the other nodes; what no other node has in sync cannot be led until the directory of before comes back.")]
    public static partial void ReplacesDirectory(this ILogger logger, NodeId nodeId, Incarnation replaced, Incarnation incarnation);
}
