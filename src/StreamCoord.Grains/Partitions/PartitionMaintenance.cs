using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Partitions;

/// <summary>
/// Has every copy on this silo do its retention and compaction from time to time, one after another, after the configuration that its topic has then. What is not committed is never touched.
/// </summary>
internal sealed partial class PartitionMaintenance(
    IGrainFactory grains, ReplicaRegistry replicas, InternalTopics internalTopics, IOptions<LogOptions> options, TimeProvider time, ILogger<PartitionMaintenance> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.MaintenanceIntervalMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunRoundAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task RunRoundAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (TopicDescription topic in internalTopics.All.Concat(await TopicCatalogue.ListAsync(grains)))
            {
                foreach (PartitionAssignment partition in topic.Partitions)
                {
                    stoppingToken.ThrowIfCancellationRequested();
                    if (await replicas.FindAsync(topic.TopicId, partition.Partition) is { } replica)
                    {
                        replica.Configure(LogConfig.From(topic.Configs));
                        await replica.Log.MaintainAsync();
                    }
                }
            }
        }
#pragma warning disable CA1031 // One round that fails, for whatever reason, must not end all later ones. A call may also end as cancelled.
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogRoundFailed(logger, exception);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "A round of log maintenance failed; the next one tries again.")]
    private static partial void LogRoundFailed(ILogger logger, Exception exception);
}
