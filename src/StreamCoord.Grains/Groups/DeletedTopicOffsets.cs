using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// Has groups forget what they committed for topics that are deleted, so that a topic made again under an old name is read from where it begins. One per silo. What a stop cut short is made up for at
/// the next start.
/// </summary>
internal sealed partial class DeletedTopicOffsets : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly TopicImages _topics;
    private readonly OffsetsPartitions _partitions;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<DeletedTopicOffsets> _logger;
    private readonly WorkQueue<(string Topic, long CommittedUntilMs)> _deleted;
    private readonly CancellationTokenSource _stopping = new();

    public DeletedTopicOffsets(TopicImages topics, OffsetsPartitions partitions, IGrainFactory grains, TimeProvider time, ILogger<DeletedTopicOffsets> logger)
    {
        (_topics, _partitions, _grains, _time, _logger) = (topics, partitions, grains, time, logger);
        _deleted = new WorkQueue<(string, long)>(ForgetAsync, time, logger);
        topics.Deleted += topic => _deleted.Add((topic, NowMs));
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DeletedTopicOffsets),
        ServiceLifecycleStage.Active + 1,
        cancellationToken =>
        {
            _ = Task.Run(MakeUpAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        _ =>
        {
            _stopping.Cancel();
            _deleted.Dispose();
            return Task.CompletedTask;
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        _deleted.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Finds the topics that were deleted while this silo did not look.</summary>
    private async Task MakeUpAsync()
    {
        try
        {
            await _topics.Ready.WaitAsync(_stopping.Token);
            long nowMs = NowMs;
            HashSet<string> gone = [];
            foreach (StoredGroup group in await GroupsAsync())
            {
                gone.UnionWith(TopicsOf(group).Where(topic => !TopicName.IsInternal(topic) && _topics.Current.Find(topic) is null));
            }
            foreach (string topic in gone)
            {
                // A topic whose znode is damaged is in no image, and must not lose its offsets for it.
                if (!await _topics.ExistsAsync(topic))
                {
                    _deleted.Add((topic, nowMs));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
#pragma warning disable CA1031 // Whatever it is: offsets that nobody can use stay until the next start, or until they expire.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotMadeUp(_logger, failure);
        }
    }

    private async Task ForgetAsync((string Topic, long CommittedUntilMs) deleted)
    {
        foreach (StoredGroup group in (await GroupsAsync()).Where(group => TopicsOf(group).Contains(deleted.Topic)))
        {
            GroupReply reply = await _grains.GetGrain<IConsumerGroupGrain>(group.GroupId).ForgetTopic(deleted.Topic, deleted.CommittedUntilMs);
            if (reply.Error != ErrorCode.None)
            {
                throw new CoordinatorUnavailableException(reply.Error, reply.Message ?? "");
            }
        }
    }

    private async Task<IReadOnlyList<StoredGroup>> GroupsAsync()
    {
        List<StoredGroup> groups = [];
        foreach (CoordinatorPartition<OffsetsTerm> partition in await _partitions.FindUsedAsync())
        {
            groups.AddRange((await partition.GetTermAsync()).Groups);
        }
        return groups;
    }

    private static string[] TopicsOf(StoredGroup group)
    {
        lock (group.Gate)
        {
            return [.. group.Offsets.Partitions.Select(partition => partition.Topic).Distinct()];
        }
    }

    [LoggerMessage(2612, LogLevel.Warning, "Offsets of topics that were deleted before the silo's start could not be looked for.")]
    private static partial void LogNotMadeUp(ILogger logger, Exception failure);
}
