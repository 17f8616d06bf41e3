using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Has the copies on this silo follow the configurations of their topics, also where they do not lead and nobody asks for them: those that are new, and those whose topic's configuration was written. One per silo.
/// </summary>
internal sealed partial class FollowerConfigs : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ReplicaRegistry _replicas;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<FollowerConfigs> _logger;
    private readonly Lazy<ITopicNames?> _names;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public FollowerConfigs(ReplicaRegistry replicas, MetadataWatch watch, IGrainFactory grains, IServiceProvider services, TimeProvider time, ILogger<FollowerConfigs> logger)
    {
        (_replicas, _grains, _time, _logger) = (replicas, grains, time, logger);
        _names = new Lazy<ITopicNames?>(() => (ITopicNames?)services.GetService(typeof(ITopicNames)));
        watch.Changed += Hear;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(FollowerConfigs),
        ServiceLifecycleStage.Active + 1,
        _ =>
        {
            _running = Task.Run(RunAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Hear(WatchEvent change)
    {
        if (TopicPaths.ChildOf(TopicPaths.Configs, change.Path) is { } topic && _names.Value?.FindId(topic) is { } topicId)
        {
            foreach (PartitionReplica replica in _replicas.All.Where(replica => replica.TopicId == topicId))
            {
                replica.IsConfigured = false;
            }
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (IGrouping<TopicId, PartitionReplica> topic in _replicas.All.Where(replica => !replica.IsConfigured && !replica.IsInternal).GroupBy(replica => replica.TopicId).ToArray())
                {
                    await TryConfigureAsync(topic.Key, [.. topic]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task TryConfigureAsync(TopicId topicId, PartitionReplica[] replicas)
    {
        try
        {
            if (_names.Value?.FindName(topicId) is { } name && (await _grains.GetGrain<ITopicGrain>(name).Describe()).Topic is { } topic && topic.TopicId == topicId)
            {
                LogConfig config = LogConfig.From(topic.Configs);
                foreach (PartitionReplica replica in replicas)
                {
                    replica.Configure(config);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, the next round tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnconfigured(_logger, topicId, failure.Message);
        }
    }

    [LoggerMessage(2841, LogLevel.Warning, "The configuration of the topic with id {TopicId} could not be read for this silo's copies; it is tried again: {Reason}")]
    private static partial void LogUnconfigured(ILogger logger, TopicId topicId, string reason);
}
