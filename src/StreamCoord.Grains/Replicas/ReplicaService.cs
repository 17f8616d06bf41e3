using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>This silo's end of <see cref="IReplicaService"/>: passes everything on to the copies. It decides nothing.</summary>
[Reentrant]
internal sealed class ReplicaService(GrainId id, Silo silo, ILoggerFactory logging, IServiceProvider services) : GrainService(id, silo, logging), IReplicaService
{
    private readonly ReplicaRegistry _replicas = services.GetRequiredService<ReplicaRegistry>();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PushReply?>> Push(IReadOnlyList<ReplicaPush> pushes) => await Task.WhenAll(pushes.Select(push => _replicas.PushAsync(push)));

    /// <inheritdoc/>
    public Task Announce(IReadOnlyList<LeadershipNews> rows)
    {
        foreach (LeadershipNews row in rows)
        {
            _replicas.Hear(row.ToRow());
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Delete(TopicId topicId, int partition) => _replicas.DeleteAsync(topicId, partition);

    /// <inheritdoc/>
    public Task<bool> MoveLeadership(TopicId topicId, int partition, NodeId wanted) => _replicas.MoveLeadershipAsync(topicId, partition, wanted);

    /// <inheritdoc/>
    public Task Release(IReadOnlyList<ReleasedTerm> terms)
    {
        foreach (ReleasedTerm term in terms)
        {
            _replicas.Released(term);
        }
        return Task.CompletedTask;
    }
}
