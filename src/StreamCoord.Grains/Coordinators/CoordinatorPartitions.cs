using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Coordinators;

/// <summary>
/// The partitions of a coordinator's topic on this silo. One per silo and topic; safe for concurrent use. When the silo stops it ends their terms first, so that nobody waits for an answer any more.
/// </summary>
internal abstract class CoordinatorPartitions<TTerm>(string topicName, InternalTopics topics, ReplicaRegistry replicas, IGrainFactory grains, ILogger logger) : ILifecycleParticipant<ISiloLifecycle>
    where TTerm : class, ICoordinatorTerm
{
    private readonly Lock _lock = new();
    private CoordinatorPartition<TTerm>[]? _all;

    private TopicDescription Topic => topics.Describe(topicName)!;

    /// <summary>The partition that somebody's state is kept in.</summary>
    /// <param name="id">A group id or a transactional id.</param>
    public CoordinatorPartition<TTerm> Of(string id)
    {
        CoordinatorPartition<TTerm>[] all = EnsureAll();
        return all[CoordinatorTopics.PartitionOf(id, all.Length)];
    }

    /// <summary>The partition of a number; null when there is none.</summary>
    public CoordinatorPartition<TTerm>? Find(int partition)
    {
        CoordinatorPartition<TTerm>[] all = EnsureAll();
        return partition >= 0 && partition < all.Length ? all[partition] : null;
    }

    /// <summary>Those that this silo leads and that have ever been written to.</summary>
    public async Task<IReadOnlyList<CoordinatorPartition<TTerm>>> FindUsedAsync()
    {
        CoordinatorPartition<TTerm>[] all = EnsureAll();
        TopicDescription topic = Topic;
        List<CoordinatorPartition<TTerm>> used = [];
        for (int partition = 0; partition < all.Length; partition++)
        {
            if (await replicas.FindAsync(topic.TopicId, partition) is { MayLead: true } replica && await replica.HasRecordsAsync())
            {
                used.Add(all[partition]);
            }
        }
        return used;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(topicName, ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ => StopAsync());

    /// <summary>Reads everything below an offset into a view.</summary>
    protected abstract Task<TTerm> LoadAsync(IPartitionGrain log, LeaderEpoch epoch, Offset end);

    private Task StopAsync()
    {
        foreach (CoordinatorPartition<TTerm> partition in EnsureAll())
        {
            partition.Stop();
        }
        return Task.CompletedTask;
    }

    // Not before the silo's storage has started: the leadership table says how many there are.
    private CoordinatorPartition<TTerm>[] EnsureAll()
    {
        lock (_lock)
        {
            return _all ??= [.. Topic.Partitions.Select(each => new CoordinatorPartition<TTerm>(new TopicPartition(topicName, each.Partition), LoadAsync, grains, logger))];
        }
    }
}
